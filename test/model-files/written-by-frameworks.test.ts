import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';

/** Small networks with 10 classes of 8 features, as the frameworks wrote them, with some values by their own account. */
it.each([
  // torch.export.save of PyTorch 2.13; stack traces were taken out of its graph.
  [
    'torch-export-2.13.pt2',
    'fc.weight',
    [-0.3063928782939911, 0.17514252662658691],
    [-0.1836557686328888, 0.08146041631698608],
  ],
  // flax.serialization.to_bytes of Flax 0.12.
  [
    'flax-0.12.msgpack',
    'params/Dense_0/kernel',
    [-0.5839992761611938, -0.6432651281356812],
    [-0.46650850772857666, 0.1523655503988266],
  ],
])('%s has the head and the values that were written', async (name, tensor, first, last) => {
  const path = fileURLToPath(new URL(`../fixtures/models/written/${name}`, import.meta.url));
  const head = detectHead(await openModel(await fileSource(path)));
  expect(head).toMatchObject({ tensor, classes: 10, features: 8 });
  const { data } = await head.readTemplates();
  expect([...data.slice(0, 2)]).toEqual(first);
  expect([...data.slice(-2)]).toEqual(last);
});
