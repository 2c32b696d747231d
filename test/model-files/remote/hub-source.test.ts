import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SourceError, UsageError } from '#src/base/errors.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { isHubReference, parseHubReference } from '#src/model-files/remote/hub-reference.ts';
import { chooseModelFile, hubSource } from '#src/model-files/remote/hub-source.ts';
import { modelSource, remoteOptions } from '#src/model-files/remote/model-source.ts';
import { type HubServer, startHubServer } from '../../support/hub-server.ts';
import { writeSafetensors } from '../../support/safetensors-writer.ts';

let server: HubServer;
beforeAll(async () => {
  server = await startHubServer();
});
afterAll(() => server.close());
afterEach(() => {
  server.repositories.clear();
  server.hub.wrong.clear();
  server.hub.seen.length = 0;
  server.storage.seen.length = 0;
});

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const head = writeSafetensors({
  'fc.weight': { shape: [10, 64], data: Float32Array.from({ length: 640 }, (_, i) => Math.sin(i)) },
});
const open = (reference: string, env: Record<string, string> = {}, onNote?: (note: string) => void) =>
  modelSource(reference, {
    env: { HF_ENDPOINT: `${server.url}/`, ...env },
    cache: false,
    ...(onNote ? { onNote } : {}),
  });
const add = (files: Record<string, Uint8Array>, more: { token?: string; revision?: string } = {}) =>
  server.repositories.set('owner/net', {
    revisions: { [more.revision ?? 'main']: files },
    ...(more.token ? { token: more.token } : {}),
  });

describe('references', () => {
  it.each([
    ['hf:timm/resnet50.a1_in1k', { repository: 'timm/resnet50.a1_in1k', revision: 'main', file: undefined }],
    ['hf:a/b@v1.0', { repository: 'a/b', revision: 'v1.0', file: undefined }],
    ['hf:a/b@refs/pr/1:onnx/model.onnx', { repository: 'a/b', revision: 'refs/pr/1', file: 'onnx/model.onnx' }],
    ['hf:a/b:model.safetensors', { repository: 'a/b', revision: 'main', file: 'model.safetensors' }],
  ])('%s is read', (text, expected) => {
    expect(isHubReference(text)).toBe(true);
    expect(parseHubReference(text)).toEqual(expected);
  });

  it.each([
    'hf:',
    'hf:resnet',
    'hf:a/b/c',
    'hf:../b',
    'hf:a/..',
    'hf:a/b@',
    'hf:a/b:',
    'hf:a/b:../x',
    'hf:a/b@../x',
    'hf:a /b',
  ])('%j is refused', (text) => {
    expect(() => parseHubReference(text)).toThrow(UsageError);
  });
});

describe('the choice of a file', () => {
  const choose = (...paths: string[]) =>
    chooseModelFile(
      paths.map((path) => ({ path, size: 1, sha256: undefined })),
      'hf:a/b',
    );

  it.each([
    ['safetensors before PyTorch', ['README.md', 'pytorch_model.bin', 'model.safetensors'], 'model.safetensors'],
    [
      'an index before its shards',
      ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'],
      'model.safetensors.index.json',
    ],
    ['safetensors of another name', ['weights.safetensors', 'pytorch_model.bin'], 'weights.safetensors'],
    [
      'a SavedModel, whose other messages are no models',
      ['fingerprint.pb', 'keras_metadata.pb', 'saved_model.pb'],
      'saved_model.pb',
    ],
    ['PyTorch before ONNX', ['onnx/model.onnx', 'pytorch_model.bin', 'optimizer.pt'], 'pytorch_model.bin'],
    ['ONNX before Keras', ['tf_model.h5', 'onnx/model.onnx'], 'onnx/model.onnx'],
    ['the whole ONNX model before quantised ones', ['onnx/model.onnx', 'onnx/model_int8.onnx'], 'onnx/model.onnx'],
    ['Keras', ['config.json', 'tf_model.h5'], 'tf_model.h5'],
  ])('takes %s', (_, paths, expected) => {
    expect(choose(...paths)).toBe(expected);
  });

  it('does not guess between equals, and names what there is', () => {
    expect(() => choose('a.safetensors', 'b.safetensors')).toThrow(
      /holds several models: a\.safetensors, b\.safetensors/,
    );
    expect(() => choose('README.md', 'optimizer.pt')).toThrow(/holds no model file/);
  });
});

describe('a model on the hub', () => {
  it('is opened with its configuration, by the digest that the hub knows', async () => {
    add({
      '.gitattributes': json(''),
      'README.md': json('read me'),
      'a.txt': json(''),
      'config.json': json({ id2label: { 0: 'cat' } }),
      'preprocessor_config.json': json({ size: 224 }),
      'model.safetensors': head,
      'pytorch_model.bin': head,
    });
    const notes: string[] = [];
    const source = await open('hf:owner/net', {}, (note) => notes.push(note));
    expect(notes).toEqual(['hf:owner/net: model.safetensors is read.']);
    expect([source.name, source.byteLength]).toEqual(['model.safetensors', head.length]);
    expect(await source.sha256()).toMatch(/^[0-9a-f]{64}$/);
    const tensor = await (await openModel(source)).tensors.get('fc.weight')!.read();
    expect(tensor.shape).toEqual([10, 64]);
    const config = (await source.sibling('config.json'))!;
    expect(new TextDecoder().decode(await config.read(0, config.byteLength))).toContain('cat');
    expect(await source.sibling('preprocessor_config.json')).toBeDefined();
    // Three pages of the list, the file, its configuration twice; what is not listed costs no request.
    const requests = server.hub.seen.length;
    expect(requests).toBe(6);
    expect(await source.sibling('labels.txt')).toBeUndefined();
    expect(server.hub.seen).toHaveLength(requests);
  });

  it('in shards is opened by its index', async () => {
    const data = Float32Array.from({ length: 400 }, (_, i) => i);
    add({
      'model.safetensors.index.json': json({ weight_map: { a: 'm-1-of-2.safetensors', b: 'm-2-of-2.safetensors' } }),
      'm-1-of-2.safetensors': writeSafetensors({ a: { shape: [20, 20], data } }),
      'm-2-of-2.safetensors': writeSafetensors({ b: { shape: [400], data } }),
    });
    const model = await openModel(await open('hf:owner/net:model.safetensors.index.json'));
    expect((await model.tensors.get('b')!.read()).data).toEqual(data);
  });

  it('is had by revision and file', async () => {
    add({ 'sub/net.safetensors': head, 'config.json': json({}) }, { revision: 'refs/pr/1' });
    const source = await open('hf:owner/net@refs/pr/1:sub/net.safetensors');
    expect(source.byteLength).toBe(head.length);
    expect(await source.sibling('config.json')).toBeDefined();
  });

  it('that is busy is waited for', async () => {
    add({ 'model.safetensors': head });
    const busy = [{ status: 429, headers: { 'Retry-After': '0' } }];
    server.hub.wrong.set('/api/models/owner/net/tree/main', { statuses: [...busy] });
    server.hub.wrong.set('/owner/net/resolve/main/model.safetensors', { statuses: [...busy, { status: 503 }] });
    const options = { endpoint: server.url, retryDelay: 1 };
    expect((await hubSource('hf:owner/net', options)).byteLength).toBe(head.length);
  });

  it('is told from one that is not there, with what the hub says', async () => {
    add({ 'model.safetensors': head });
    const fail = (reference: string) =>
      open(reference).then(
        () => expect.fail(),
        (error) => error,
      );
    const unknown = await fail('hf:owner/nothing');
    expect(unknown).toBeInstanceOf(SourceError);
    expect(unknown.message).toMatch(/hf:owner\/nothing: .* 401 .*Repository not found/);
    expect(unknown.hint).toContain('HF_TOKEN');
    expect((await fail('hf:owner/net@v9')).message).toMatch(/not on the hub \(Invalid rev id: v9\)/);
    const file = await fail('hf:owner/net:other.bin');
    expect(file.message).toBe('hf:owner/net:other.bin: there is no file other.bin in revision main.');
    expect(file.hint).toContain('model.safetensors');
  });

  it('needs an endpoint that is a hub', async () => {
    server.hub.before = ((before) => (request, response) => {
      if (!request.url!.startsWith('/api/models/owner/page')) return before(request, response);
      response.writeHead(200).end('<html>');
      return true;
    })(server.hub.before);
    await expect(open('hf:owner/page')).rejects.toThrow(/did not answer with a list of files/);
    await expect(open('hf:owner/net', { HF_ENDPOINT: 'hub' })).rejects.toThrow(
      /HF_ENDPOINT is hub, which is not an address/,
    );
  });
});

describe('HF_TOKEN', () => {
  it('opens what is private, and goes to the hub alone', async () => {
    add({ 'model.safetensors': head, 'config.json': json({}) }, { token: 'hf_secret' });
    await expect(open('hf:owner/net')).rejects.toThrow(/401/);
    await expect(open('hf:owner/net', { HF_TOKEN: 'hf_wrong' })).rejects.toThrow(/401/);
    server.hub.seen.length = 0;
    const source = await open('hf:owner/net', { HF_TOKEN: 'hf_secret' });
    await source.read(0, source.byteLength);
    await source.sibling('config.json');
    expect(server.hub.seen.every((request) => request.headers.authorization === 'Bearer hf_secret')).toBe(true);
    expect(server.storage.seen.length).toBeGreaterThan(0);
    for (const { headers } of server.storage.seen) expect(headers).not.toHaveProperty('authorization');
  });

  it('is not sent to an address that is not the hub', async () => {
    const { headersFor } = remoteOptions({ env: { HF_TOKEN: 'hf_secret' } });
    expect(headersFor!(new URL('https://huggingface.co/a/b'))).toEqual({ Authorization: 'Bearer hf_secret' });
    for (const address of ['https://example.org/a', 'http://huggingface.co/a', 'https://huggingface.co.evil.example/a'])
      expect(headersFor!(new URL(address))).toEqual({});
  });
});

describe('modelSource', () => {
  it('takes paths and refuses other schemes', async () => {
    await expect(modelSource('ftp://host/model')).rejects.toThrow(UsageError);
    await expect(modelSource('nowhere.pth', { cwd: '/' })).rejects.toThrow(/\/nowhere\.pth: no such file/);
  });
});
