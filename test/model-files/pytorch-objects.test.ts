import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { call, dict, global, join, list, op, type Piece, text, tuple } from '../support/pickle-writer.ts';
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
