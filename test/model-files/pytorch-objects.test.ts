import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { call, dict, global, int, join, list, op, type Piece, text, tuple } from '../support/pickle-writer.ts';
import { floats, legacyCheckpoint, tensor, zipCheckpoint } from '../support/torch-writer.ts';

const weight = floats('0', 12);
type Form = 'zip' | 'legacy';

/** An instance as pickle protocol 2 writes it: the class, no arguments, then its attributes. */
function instance(module: string, name: string, attributes: Piece): Piece {
  return join(global(module, name), tuple(), op(0x81), attributes, op('b'));
}

function moduleOf(name: string, parameters: Record<string, Piece>, children: Record<string, Piece> = {}): Piece {
  const ordered = (entries: Record<string, Piece>) =>
    call(global('collections', 'OrderedDict'), list(...Object.entries(entries).map(([k, v]) => tuple(text(k), v))));
  return instance(
    'my_project.models',
    name,
    dict({ training: op(0x88), _parameters: ordered(parameters), _buffers: ordered({}), _modules: ordered(children) }),
  );
}

const linear = (form: Form) => moduleOf('Linear', { weight: tensor({ storage: weight, shape: [3, 4] }, form) });

function open(values: (form: Form) => Piece, form: Form) {
  const bytes = form === 'zip' ? zipCheckpoint(values(form), [weight]) : legacyCheckpoint(values(form), [weight]);
  return openModel(memorySource('x.pth', bytes));
}

describe.each<Form>(['zip', 'legacy'])('objects in a checkpoint of the %s form', (form) => {
  it('a module saved whole has the names of its state dict', async () => {
    const file = await open((f) => moduleOf('Net', {}, { body: moduleOf('Body', {}), fc: linear(f) }), form);
    expect([...file.tensors.keys()]).toEqual(['fc.weight']);
    expect(detectHead(file)).toMatchObject({ tensor: 'fc.weight', classes: 3, features: 4 });
    expect(file.metadata['objects of other classes']).toBe(
      'my_project.models.Net, my_project.models.Body, my_project.models.Linear',
    );
  });

  it('a module under a key, and DataParallel around one, keep what stands before the names', async () => {
    const file = await open(
      (f) => dict({ model: moduleOf('DataParallel', {}, { module: moduleOf('Net', {}, { fc: linear(f) }) }) }),
      form,
    );
    expect([...file.tensors.keys()]).toEqual(['model.module.fc.weight']);
    expect(detectHead(file).classes).toBe(3);
  });

  it('an optimizer and a scheduler that refer to one another are passed over', async () => {
    // The optimizer goes to the memo before its attributes, among them the scheduler that holds it.
    const optimizer = join(
      global('torch.optim.adam', 'Adam'),
      tuple(),
      op(0x81, 'q', 5),
      dict({
        lr: text('0.1'),
        scheduler: instance(
          'torch.optim.lr_scheduler',
          'StepLR',
          join(op('}', '('), text('optimizer'), op('h', 5, 'u')),
        ),
      }),
      op('b'),
    );
    const file = await open(
      (f) => dict({ state_dict: dict({ 'fc.weight': tensor({ storage: weight, shape: [3, 4] }, f) }), optimizer }),
      form,
    );
    expect([...file.tensors.keys()]).toEqual(['fc.weight']);
    expect(file.metadata['objects of other classes']).toBe('torch.optim.adam.Adam, torch.optim.lr_scheduler.StepLR');
  });

  it('a dict of one’s own class is a dict, and a list a list', async () => {
    const config = join(
      global('addict', 'Dict'),
      tuple(),
      op(0x81),
      op('('),
      text('weights'),
      list(text('a')),
      op('u'),
    );
    const names = join(global('mine', 'Names'), tuple(), op(0x81), op('('), text('cat'), text('dog'), op('e'));
    const file = await open(
      (f) => dict({ 'fc.weight': tensor({ storage: weight, shape: [3, 4] }, f), config, names }),
      form,
    );
    expect(file.metadata).toMatchObject({ 'config.weights': '[a]', 'names.0': 'cat', 'names.1': 'dog' });
  });

  it('what an unknown function would return is kept as it was called', async () => {
    const partial = call(call(global('functools', 'partial'), text('x')), text('y'));
    const file = await open((f) => dict({ 'fc.weight': tensor({ storage: weight, shape: [3, 4] }, f), partial }), form);
    expect([...file.tensors.keys()]).toEqual(['fc.weight']);
  });
});

it('the class and source of a module, as files of before PyTorch 1.6 keep them, are not needed', async () => {
  const persistent = join(
    tuple(text('module'), global('my_project', 'Net'), text('net.py'), text('class Net: pass')),
    op('Q'),
  );
  const attributes = dict({ _parameters: dict({}), _modules: dict({ fc: linear('legacy') }) });
  const net = join(persistent, tuple(), op(0x81), attributes, op('b'));
  const file = await openModel(memorySource('x.pth', legacyCheckpoint(net, [weight])));
  expect([...file.tensors.keys()]).toEqual(['fc.weight']);
});

describe('class names inside a checkpoint', () => {
  const head = (rows = 3) => tensor({ storage: weight, shape: [rows, 12 / rows] }, 'zip');
  const openWith = (more: Record<string, Piece>, rows?: number) =>
    open(() => dict({ state_dict: dict({ 'fc.weight': head(rows) }), ...more }), 'zip');
  const names = (...given: string[]) => list(...given.map(text));

  it.each<[string, Piece]>([
    ['class_to_idx', dict({ dog: int(1), cat: int(0), owl: int(2) })],
    ['idx_to_class', dict({ '0': text('cat'), '2': text('owl'), '1': text('dog') })],
    ['classes', names('cat', 'dog', 'owl')],
    ['CLASSES', tuple(text('cat'), text('dog'), text('owl'))],
  ])('%s', async (key, value) => {
    const file = await openWith({ epoch: int(4), [key]: value });
    expect(file.classNames).toEqual(['cat', 'dog', 'owl']);
    expect(file.notes).toEqual([`The classes are named by ${key} in the file.`]);
  });

  it.each<[string, Record<string, Piece>]>([
    ['as many as no matrix has rows', { classes: names('cat', 'dog') }],
    ['a row without a name', { class_to_idx: dict({ cat: int(0), dog: int(1), owl: int(3) }) }],
    ['two names of one row', { class_to_idx: dict({ cat: int(0), dog: int(1), owl: int(1) }) }],
    ['two lists that differ', { classes: names('a', 'b', 'c'), labels: names('c', 'b', 'a') }],
    ['no names', { names: list(int(1), int(2), int(3)) }],
  ])('are not taken: %s', async (_, more) => {
    const file = await openWith(more);
    expect(file.classNames).toBeUndefined();
    expect(file.notes).toBeUndefined();
  });

  it('a learner that fastai exported has its head and its vocabulary', async () => {
    const items = instance('fastcore.foundation', 'L', dict({ items: names('cat', 'dog', 'owl') }));
    const vocabulary = instance(
      'fastai.data.transforms',
      'CategoryMap',
      dict({ items, o2i: dict({ cat: int(0), dog: int(1), owl: int(2) }) }),
    );
    const loaders = instance(
      'fastai.data.core',
      'DataLoaders',
      dict({ loaders: list(instance('fastai.data.core', 'TfmdDL', dict({ vocab: vocabulary }))), path: text('.') }),
    );
    const file = await open(
      (form) =>
        instance(
          'fastai.learner',
          'Learner',
          dict({
            dls: loaders,
            model: moduleOf(
              'Sequential',
              {},
              { '0': moduleOf('Body', {}), '1': moduleOf('Head', {}, { '8': linear(form) }) },
            ),
            loss_func: instance('fastai.losses', 'CrossEntropyLossFlat', dict({ axis: int(-1) })),
            opt_func: call(global('functools', 'partial'), global('fastai.optimizer', 'Adam')),
            path: call(global('pathlib', 'PosixPath'), text('pets')),
          }),
        ),
      'zip',
    );
    expect([...file.tensors.keys()]).toEqual(['model.1.8.weight']);
    expect(detectHead(file)).toMatchObject({ tensor: 'model.1.8.weight', classes: 3, features: 4 });
    expect(file.classNames).toEqual(['cat', 'dog', 'owl']);
  });
});
