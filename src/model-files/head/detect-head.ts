import type { ModelFile } from '../model-file.ts';
import type { HeadChoice } from './head-choice.ts';
export function detectHead(file: ModelFile, _o: { classCount?: number; head?: string } = {}): HeadChoice {
  const g = file.graphHeads?.[0];
  const name = g?.tensor ?? [...file.tensors.keys()].find((k) => /(^|\.)(fc|head|linear|classifier)\.weight$/.test(k))!;
  const e = file.tensors.get(name)!;
  const axis = g?.classAxis ?? 0;
  const classes = e.shape[axis]!;
  const features = e.shape.reduce((a, b) => a * b, 1) / classes;
  return {
    tensor: name,
    classes,
    features,
    classAxis: axis,
    droppedRows: g?.droppedRows ?? [],
    reason: 'temporary',
    rejected: [],
    readTemplates: async () => {
      const t = await e.read();
      const data = new Float32Array(classes * features);
      if (axis === 0) data.set(t.data);
      else
        for (let i = 0; i < classes; i++)
          for (let j = 0; j < features; j++) data[i * features + j] = t.data[j * classes + i]!;
      return { rows: classes, cols: features, data };
    },
  };
}
