import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { runCli, temporaryFolder } from '../support/run-cli.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

let folder: ReturnType<typeof temporaryFolder>;
let hub: HubServer;
beforeEach(async () => {
  folder = temporaryFolder();
  hub = await startHubServer();
});
afterEach(async () => {
  await hub.close();
  folder.remove();
});

const random = createRandom(6);
const head = writeSafetensors({
  'fc.weight': { shape: [10, 64], data: Float32Array.from({ length: 640 }, () => random.normal()) },
});
const NAMES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

describe('semblance classes hf:owner/name', () => {
  it('gives what the same file on the disk gives, with the labels of the remote config.json', async () => {
    const config = new TextEncoder().encode(JSON.stringify({ id2label: { ...NAMES } }));
    hub.repositories.set('owner/net', { revisions: { main: { 'config.json': config, 'model.safetensors': head } } });
    writeFileSync(join(folder.path, 'model.safetensors'), head);
    writeFileSync(join(folder.path, 'config.json'), config);
    const env = { HF_ENDPOINT: hub.url, SEMBLANCE_CACHE: join(folder.path, 'cache') };
    const run = (model: string, out: string) =>
      runCli(['classes', model, '--json', '--out', out], { cwd: folder.path, env });
    const [local, remote] = await Promise.all([run('model.safetensors', 'local'), run('hf:owner/net', 'remote')]);
    expect([local.code, remote.code]).toEqual([0, 0]);
    expect(remote.stderr).toContain('hf:owner/net: model.safetensors is read.');
    const [here, there] = [local, remote].map(({ stdout }) => JSON.parse(stdout).models[0]);
    expect(there.name).toBe('net');
    expect(there.sha256).toBe(here.sha256);
    expect(there.labels).toEqual(here.labels);
    expect(there.ssad).toEqual(here.ssad);
    const matrix = (out: string, id: string) => readFileSync(join(folder.path, out, `classes/models/${id}/ncsm.npy`));
    expect(matrix('remote', 'net').equals(matrix('local', 'model'))).toBe(true);
  });

  it('ends with 3 and the way out when there is no such model', async () => {
    const result = await runCli(['classes', 'hf:owner/nothing'], { cwd: folder.path, env: { HF_ENDPOINT: hub.url } });
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/Repository not found[\s\S]*HF_TOKEN/);
  });

  it('ends with 2 when the reference is none', async () => {
    const result = await runCli(['classes', 'hf:nothing'], { cwd: folder.path });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('hf:owner/name');
  });
});
