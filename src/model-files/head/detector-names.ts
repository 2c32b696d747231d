import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile } from '../model-file.ts';
import { modelFormat } from '../model-formats.ts';

/** How one family of detectors or segmenters calls its layers of class scores. */
export interface DetectorPattern {
  readonly title: string;
  /** Names of the layers, without prefix and ".weight"; the group is the number of the level. */
  readonly classes: RegExp;
  /** The name of the layer of boxes beside one of classes, which has four rows for each anchor. */
  readonly boxes?: (layer: string) => string;
  /** Anchors at each place, where the family has always the same. */
  readonly anchors?: number;
  /** Rows of each anchor before the classes: four of the box, one of the objectness. */
  readonly rowsBefore?: number;
  /** Set where the first row of each anchor stands for background. */
  readonly background?: true;
  /** Layers that have to be there besides. */
  readonly needs?: (layer: string) => string;
}

const PATTERNS: readonly DetectorPattern[] = [
  {
    title: 'SSD',
    classes: /^head\.classification_head\.module_list\.(\d+)(?:\.1)?$/,
    boxes: (layer) => layer.replace('classification_head', 'regression_head'),
    background: true,
  },
  {
    title: 'RetinaNet or FCOS',
    classes: /^head\.classification_head\.cls_logits()$/,
    boxes: (layer) => layer.replace('classification_head.cls_logits', 'regression_head.bbox_reg'),
    background: true,
  },
  { title: 'Faster R-CNN', classes: /^roi_heads\.box_predictor\.cls_score()$/, anchors: 1, background: true },
  {
    title: 'YOLO with a branch for classes',
    classes: /^(?:model\.)?\d+\.cv3\.(\d+)\.2$/,
    needs: (layer) => layer.replace('.cv3.', '.cv2.'),
    anchors: 1,
  },
  { title: 'YOLO with anchors', classes: /^(?:model\.)?\d+\.m\.(\d+)$/, anchors: 3, rowsBefore: 5 },
  {
    title: 'SSD of the TensorFlow Object Detection API',
    classes: /^(?:\w+\.)*boxpredictor_(\d+)\.classpredictor(?:\.\w+)*$/,
    boxes: (layer) => layer.replace('classpredictor', 'boxencodingpredictor'),
    background: true,
  },
  { title: 'LR-ASPP', classes: /^classifier\.(low|high)_classifier$/, anchors: 1, background: true },
  { title: 'a segmenter', classes: /^decode_head\.conv_seg()$/, anchors: 1 },
];

/** Wrappers before a model's own names. */
const PREFIX = /^(?:(?:module|_orig_mod|model_state_dict|state_dict|ema_model|net|detector)\.)+/;

/** Levels of a detector; real ones have three to eight. */
const MAX_LEVELS = 32;

interface DetectorLayer {
  readonly entry: TensorEntry;
  readonly classAxis: number;
  /** Rows of the layer of boxes beside it. */
  readonly boxRows: number | undefined;
}

/** The layers of class scores in a file, by name, in the order of their levels; undefined where no family has such names. */
export function detectorLayers(
  file: ModelFile,
): { readonly pattern: DetectorPattern; readonly layers: readonly DetectorLayer[] } | undefined {
  const byLayer = new Map<string, TensorEntry>();
  for (const entry of file.tensors.values()) {
    const layer = layerOf(entry.name);
    if (layer !== undefined && entry.shape.length >= 2) byLayer.set(layer, entry);
  }
  for (const pattern of PATTERNS) {
    const found = [...byLayer].flatMap(([layer, entry]) => {
      const [match, level = ''] = pattern.classes.exec(layer) ?? [];
      const isWhole = match !== undefined && (!pattern.needs || byLayer.has(pattern.needs(layer)));
      return isWhole && isLayer(entry) ? [{ layer, entry, level }] : [];
    });
    const first = pattern.anchors ?? 1;
    // Another model may have a layer of such a name that has not the rows of this family.
    const fits = found.every(({ entry }) => {
      const rows = entry.shape[classAxisOf(file, entry)]!;
      return rows % first === 0 && rows / first > (pattern.rowsBefore ?? 0);
    });
    if (found.length === 0 || found.length > MAX_LEVELS || !fits) continue;
    const ordered = found.toSorted((a, b) => a.level.localeCompare(b.level, 'en', { numeric: true }));
    return {
      pattern,
      layers: ordered.map(({ layer, entry }) => {
        const boxes = pattern.boxes && byLayer.get(pattern.boxes(layer));
        return {
          entry,
          classAxis: classAxisOf(file, entry),
          boxRows: boxes?.shape[classAxisOf(file, boxes)],
        };
      }),
    };
  }
  return undefined;
}

/** A layer's name without prefixes and the name of the weight; undefined for biases and statistics. */
function layerOf(tensor: string): string | undefined {
  const name = tensor.replace(/:\d+$/, '').replaceAll('/', '.');
  const layer = /^(.+)\.(?:weights?(?:_quant.*)?|kernel|Conv2D|convolution\d*)$/i.exec(name)?.[1];
  return layer?.replace(PREFIX, '').toLowerCase();
}

/** A matrix or a convolution, rather than one kernel for each channel. */
function isLayer({ shape }: TensorEntry): boolean {
  return shape.length === 2 || (shape.length === 4 && !(shape[1] === 1 && shape[2]! > 1));
}

/** Where the graph tells, as it does; else as is usual in the format. */
function classAxisOf(file: ModelFile, { name, shape }: TensorEntry): number {
  const linear = file.linearLayers?.find(({ tensor }) => tensor === name);
  if (linear) return linear.classAxis;
  return modelFormat(file.format).head.classAxis === 'last' ? shape.length - 1 : 0;
}
