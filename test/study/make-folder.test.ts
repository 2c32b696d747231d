import { describe, expect, it } from 'vitest';
import { folderStore } from '#src/study/folder-store.ts';
import { temporaryFolder } from '../support/run-cli.ts';

describe('folders of a study', () => {
  it('are made once by writers that come at the same time', async () => {
    const folder = temporaryFolder();
    try {
      for (let round = 0; round < 20; round++) {
        const store = folderStore(`${folder.path}/study-${round}`);
        const paths = Array.from({ length: 12 }, (_, i) => `a/b/c${i % 3}/d${i}/file.json`);
        await Promise.all(paths.map((path) => store.write(path, new Uint8Array([1]))));
        expect((await store.list('a/')).sort()).toEqual(paths.sort());
      }
    } finally {
      folder.remove();
    }
  });
});
