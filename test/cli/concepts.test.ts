import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { colourModel, colourPictures } from '../support/colour-model.ts';
import { CLI, runCli, temporaryFolder } from '../support/run-cli.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const cli = (args: string[], env: NodeJS.ProcessEnv = {}) => runCli(['concepts', ...args], { cwd: folder.path, env });
const QUICK = [
  '--k',
  '3',
  '--resamples',
  '50',
  '--shuffles',
  '50',
  '--stability',
  '1',
  '--no-random-network',
  '--threads',
  '1',
];

/** Two networks, their labels and pictures of three colours in sub-folders. */
async function setUp(each = 24): Promise<string[]> {
  writeFileSync(join(folder.path, 'a.onnx'), colourModel());
  writeFileSync(join(folder.path, 'b.onnx'), colourModel({ seed: 2 }));
  writeFileSync(join(folder.path, 'colours.txt'), 'red\ngreen\nblue\n');
  for (const { name, load } of colourPictures(each)) {
    const { width, height, data } = await load();
    mkdirSync(join(folder.path, 'photos', name, '..'), { recursive: true });
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(folder.path, 'photos', name));
  }
  return ['--mean', '0', '--std', '1', '--labels', 'colours.txt', 'a.onnx', 'b.onnx', '--images', 'photos', ...QUICK];
}

describe('semblance concepts', () => {
  test('reports two networks on a folder of pictures and names what it left out', async () => {
    const args = await setUp();
    writeFileSync(join(folder.path, 'photos/red/broken.jpg'), 'no picture');
    const { code, stdout, stderr } = await cli([...args, '--layer-map', '2']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('images   72, 1 left out');
    expect(stdout).toContain('left out red/broken.jpg cannot be decoded');
    expect(stdout).toContain('looks at 9 patches of 5 pixels, 4 apart, of each image of 16 pixels');
    expect(stdout).toContain('head    linear: weight of the MatMul');
    expect(stdout).toMatch(/a by b +\d\.\d{3} \(/);
    expect(stdout).toMatch(/score of the pair \d\.\d{3} \(/);
    expect(stdout).toMatch(/red +12\+12/);
    expect(stdout).toContain('does it explain accuracy?');
    expect(stdout).toContain('layers against layers');
    expect(stdout).toContain('least shared of what matters');
    const study = /study {4}(.*)/.exec(stdout)![1]!;
    expect(existsSync(join(study, 'concepts/images.jsonl'))).toBe(true);
    expect(existsSync(join(study, 'work'))).toBe(false);
    expect((await cli([...args, '--layer-map', '2'])).stderr).toContain('Nothing was computed');
  });

  test('--json prints one object; held-out images are evaluated on', async () => {
    const args = await setUp();
    const { code, stdout } = await cli([
      ...args,
      '--held-out',
      'photos/../photos',
      '--json',
      '--classes',
      'red',
      '--min-fit',
      '5',
    ]);
    // The same bytes twice: the held-out ones are left out, and nothing is left to evaluate on.
    expect(code).toBe(4);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'INCOMPARABLE',
      message: 'None of 1 class can be compared on 72 images; red: there are 0 images for evaluation, fewer than 10.',
    });
  });

  test('lists layers, and wants two models', async () => {
    await setUp(1);
    expect((await cli(['a.onnx', '--layers', 'list'])).stdout).toMatch(/late\s+Relu\s+map\s+1×12×8×8/);
    const { code, stderr } = await cli(['a.onnx', '--images', 'photos']);
    expect(code).toBe(2);
    expect(stderr).toContain('Concepts are compared between two models or more; 1 was given.');
    expect((await cli(['a.onnx', 'b.onnx', '--group', 'photos'])).stderr).toContain(
      '--group takes NAME=FOLDER; found photos.',
    );
  });

  test('three networks make an atlas, with its tables and figure; what is of two is refused', async () => {
    const args = (await setUp()).filter(
      (arg, i, all) => !/shuffles|random/.test(arg) && !/shuffles/.test(all[i - 1] ?? ''),
    );
    writeFileSync(join(folder.path, 'c.onnx'), colourModel());
    const [first, rest] = [args.slice(0, 6), args.slice(6)];
    const three = [...first, 'a.onnx', 'b.onnx', 'c.onnx', ...rest.slice(rest.indexOf('--images')), '--out', 'atlas'];
    const { code, stdout } = await cli(three);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Of \d+ concepts of the atlas \d+ (is|are) in all 3 networks/);
    expect(stdout).toMatch(/a and c +\d +9 +1\.000 +1\.000/);
    expect(stdout).toMatch(/^ {2}1 +red +● 1\.00 +● 0\.78 +● 1\.00/m);
    const table = await runCli(['table', 'atlas', 'atlas'], { cwd: folder.path });
    const lines = table.stdout.trim().split('\n');
    expect(lines[0]).toBe(
      'entry,models,classes,ceiling,importance,agreement.mean,agreement.least,a.concepts,a.importance,a.similarity,a.low,a.high,b.concepts,b.importance,b.similarity,b.low,b.high,c.concepts,c.importance,c.similarity,c.low,c.high',
    );
    const json = JSON.parse((await cli([...three, '--json'])).stdout);
    expect(lines).toHaveLength(1 + json.entryCount);
    expect(json.pairs).toHaveLength(3);
    const inBoth = (pair: { first: string; second: string }) =>
      lines.slice(1).filter((line) => {
        const cells = line.split(',');
        const of = (name: string) => cells[lines[0]!.split(',').indexOf(`${name}.concepts`)];
        return of(pair.first) && of(pair.second);
      }).length;
    expect(json.pairs.map(({ both }: { both: number }) => both)).toEqual(
      [
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'c'],
      ].map(([first, second]) => inBoth({ first: first!, second: second! })),
    );
    const named = await cli(['name', 'atlas', '--name-with', 'openai', '--name-model', 'm', '--dry-run']);
    expect([named.code, named.stderr]).toEqual([
      2,
      expect.stringContaining('this study is an atlas of 3 models; concepts are named in studies of two.'),
    ]);
    const idle = await cli([...three.slice(0, -2), '--out', 'idle', '--occlude', 'mean']);
    expect([idle.code, idle.stderr]).toEqual([
      2,
      expect.stringContaining('here every model has importance by its head, or none'),
    ]);
    // In one study with the comparison of two, each report and each list begins with its own findings.
    expect((await cli([...args, '--out', 'atlas'])).stdout).not.toContain('of the atlas');
    const again = await cli(three);
    expect(again.stdout).toMatch(/^• (Concept|Of) [^•]* of the atlas/);
    const rules = async (all: string[]) =>
      JSON.parse((await cli([...all, '--json'])).stdout).findings.map(({ rule }: { rule: string }) => rule);
    expect((await rules(three)).every((rule: string) => rule.startsWith('concepts.atlas-'))).toBe(true);
    expect((await rules([...args, '--out', 'atlas'])).some((rule: string) => rule.startsWith('concepts.atlas-'))).toBe(
      false,
    );
    expect(
      (await runCli(['table', 'atlas', 'atlas-pairs'], { cwd: folder.path })).stdout.trim().split('\n'),
    ).toHaveLength(4);
    const figure = await runCli(['figure', 'atlas', 'atlas', '--out', 'atlas.svg'], { cwd: folder.path });
    expect(figure.code).toBe(0);
    expect(readFileSync(join(folder.path, 'atlas.svg'), 'utf8')).toContain('Which networks have which concept?');
    const absent = await runCli(['figure', 'atlas', 'atlas', '--class', 'mauve', '--out', 'no.svg'], {
      cwd: folder.path,
    });
    expect([absent.code, absent.stderr]).toEqual([
      2,
      expect.stringContaining('There is no class "mauve" in the study.'),
    ]);
    const refused = await cli([...three, '--sweep']);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('--sweep needs two models; 3 are given.'),
    ]);
  });

  test('a killed run goes on with the next class', async () => {
    const args = [...(await setUp()), '--out', 'study'];
    const child = spawn(process.execPath, [CLI, 'concepts', ...args], { cwd: folder.path, stdio: 'ignore' });
    const record = () =>
      existsSync(join(folder.path, 'study/work')) && /record\.json/.test(list(join(folder.path, 'study/work')));
    while (!record() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    // The command ends a moment after its supervisor, and holds the study until then.
    await expect.poll(async () => (await cli(args)).code).toBe(0);
    const other = await cli([...args.slice(0, -1), 'whole']);
    expect(other.code).toBe(0);
    const manifest = (name: string) => {
      const { files, instruments } = JSON.parse(readFileSync(join(folder.path, name, 'study.json'), 'utf8'));
      return { files, classes: instruments.concepts.classes, summary: instruments.concepts.summary };
    };
    expect(manifest('study')).toEqual(manifest('whole'));
  });
});

function list(path: string): string {
  const { readdirSync } = process.getBuiltinModule('node:fs');
  return readdirSync(path, { recursive: true }).join('\n');
}

describe('semblance concepts name', () => {
  interface Asked {
    url: string;
    headers: Record<string, string | string[] | undefined>;
    body: Record<string, unknown>;
  }

  /** Answers every question alike, or each as `answer` says of its number. */
  async function fakeService(answer: unknown, status = 200) {
    const asked: Asked[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (part) => (text += part));
      request.on('end', () => {
        asked.push({ url: request.url!, headers: request.headers, body: JSON.parse(text) });
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(typeof answer === 'function' ? answer(asked.length - 1) : answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { asked, url: `http://127.0.0.1:${port}/v1`, close: () => server.close() };
  }

  test('sends collages to the named service alone, and keeps prompt and answer beside notes', async () => {
    const args = await setUp();
    expect((await cli([...args, '--out', 'study', '--classes', 'red'])).code).toBe(0);
    const notes = () => JSON.parse(readFileSync(join(folder.path, 'study/concept-notes.json'), 'utf8'));
    const dry = await cli(['name', './study', '--name-with', 'openai', '--name-model', 'm', '--dry-run']);
    expect(dry.code).toBe(0);
    expect(dry.stderr).toMatch(
      /^Would send the collages of \d+ concepts? and (a|as many) shuffled controls? .* to https:\/\/api\.openai\.com\/v1 \(openai, m\)\.\n$/,
    );
    expect(existsSync(join(folder.path, 'study/concept-notes.json'))).toBe(false);

    const openai = await fakeService({ choices: [{ message: { content: '{"name": "red corner"}' } }] });
    const first = await cli(
      ['name', './study', '--name-with', 'openai', '--name-model', 'm', '--name-endpoint', openai.url, '--count', '1'],
      { OPENAI_API_KEY: 'secret' },
    );
    openai.close();
    expect(first.code).toBe(0);
    expect(first.stderr).toContain(
      `Sending the collages of 1 concept and a shuffled control (patches of your images), the names of their classes and of both models to ${openai.url} (openai, m).`,
    );
    // The collages and their control: the same words, two pictures.
    expect(openai.asked).toHaveLength(2);
    const sent = openai.asked.map(
      ({ body }) => (body.messages as { content: Record<string, unknown>[] }[])[0]!.content,
    );
    expect(sent[0]![1]).toEqual(sent[1]![1]);
    expect(sent[0]![0]).not.toEqual(sent[1]![0]);
    expect(first.stdout).toContain('agreement  1.000');
    expect(first.stdout).toContain('Names agree with those of shuffled controls by 1.000 over 1 concept;');
    expect(openai.asked[0]).toMatchObject({
      url: '/v1/chat/completions',
      headers: { authorization: 'Bearer secret' },
      body: { model: 'm' },
    });
    const { content } = (
      openai.asked[0]!.body.messages as { content: { type: string; text: string; image_url: { url: string } }[] }[]
    )[0]!;
    const picture = await sharp(Buffer.from(content[0]!.image_url.url.split(',')[1]!, 'base64')).metadata();
    expect([picture.format, picture.height]).toEqual(['png', 8 + 3 * 116]);
    const [[key, note]] = Object.entries(notes()) as [[string, { suggestion: { prompt: string } }]];
    expect(key).toMatch(/^c0000-red\/[01]\/\d$/);
    expect(note).toEqual({
      suggestion: {
        provider: 'openai',
        model: 'm',
        prompt: content[1]!.text,
        answer: '{"name": "red corner"}',
        control: { answer: '{"name": "red corner"}', agreement: 1, seed: 0, askedFirst: expect.any(Boolean) },
      },
    });
    expect(readFileSync(join(folder.path, 'study/concept-notes.json'), 'utf8')).not.toContain('secret');

    writeFileSync(join(folder.path, 'study/concept-notes.json'), JSON.stringify({ [key]: { ...note, name: 'mine' } }));
    const anthropic = await fakeService({ content: [{ type: 'text', text: 'a corner' }] });
    const again = await cli(
      [
        'name',
        './study',
        '--name-with',
        'anthropic',
        '--name-model',
        'n',
        '--name-endpoint',
        anthropic.url,
        '--again',
        '--count',
        '1',
      ],
      { ANTHROPIC_API_KEY: 'k' },
    );
    anthropic.close();
    expect(again.code).toBe(0);
    expect(anthropic.asked[0]).toMatchObject({
      url: '/v1/messages',
      headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
    });
    expect(notes()[key]).toMatchObject({ name: 'mine', suggestion: { provider: 'anthropic', answer: 'a corner' } });
  });

  test('keeps which answer was of the control, in random order, and gives all as JSON', async () => {
    const args = await setUp();
    expect((await cli([...args, '--out', 'study', '--classes', 'red'])).code).toBe(0);
    const service = await fakeService((n: number) => ({
      choices: [{ message: { content: `{"name": "${n % 2 === 0 ? 'first asked' : 'second asked'}"}` } }],
    }));
    const ask = async (seed: string) => {
      const before = service.asked.length;
      const flags = ['--name-with', 'openai', '--name-model', 'm', '--name-endpoint', service.url, '--again'];
      const { stdout, code } = await cli(['name', './study', ...flags, '--seed', seed, '--json']);
      expect(code).toBe(0);
      return { json: JSON.parse(stdout), asked: service.asked.length - before };
    };
    const orders = new Set<boolean>();
    for (const seed of ['0', '1', '2']) {
      const { json, asked } = await ask(seed);
      expect(json).toMatchObject({ command: 'concepts name', provider: 'openai', seed: Number(seed) });
      expect(asked).toBe(2 * json.concepts.length);
      // "asked" is the one word of three that both names share.
      expect(json.agreement.mean).toBeCloseTo(1 / 3, 12);
      const notes = JSON.parse(readFileSync(join(folder.path, 'study/concept-notes.json'), 'utf8'));
      for (const { key, answer, control, agreement } of json.concepts) {
        const { suggestion } = notes[key];
        expect(suggestion).toMatchObject({ answer, control: { answer: control, agreement, seed: Number(seed) } });
        expect(answer).toBe(`{"name": "${suggestion.control.askedFirst ? 'second' : 'first'} asked"}`);
        expect(control).toBe(`{"name": "${suggestion.control.askedFirst ? 'first' : 'second'} asked"}`);
        orders.add(suggestion.control.askedFirst);
      }
    }
    service.close();
    expect(orders.size).toBe(2);
    const wrong = await cli(['name', './study', '--name-with', 'openai', '--name-model', 'm', '--seed', 'x']);
    expect(wrong.code).toBe(2);
  });

  test('says what is wrong: no key, a refusal, no concepts', async () => {
    const args = await setUp();
    await cli([...args, '--out', 'study', '--classes', 'red']);
    const name = (flags: string[], env = {}) =>
      cli(['name', './study', '--name-with', 'openai', ...flags], { OPENAI_API_KEY: '', ...env });
    expect((await name(['--name-model', 'm'])).stderr).toContain('OPENAI_API_KEY is not set, and openai needs a key.');
    expect((await name([])).stderr).toContain('Which model is to be asked was not said.');
    const service = await fakeService({ error: { message: 'no such model' } }, 404);
    const refused = await name(['--name-model', 'm', '--name-endpoint', service.url]);
    service.close();
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`${service.url}/chat/completions answered 404: no such model`);
  });
});
