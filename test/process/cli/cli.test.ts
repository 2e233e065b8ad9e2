import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from 'sarif';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBackdoorRecord } from '../../../src/engine/attack/backdoor';
import { parseReport } from '../../../src/engine/output/scanJson';
import { VERSION } from '../../../src/engine/report/version';
import { build, removeBuild } from '../../support/build';
import { runCli } from '../../support/cliProcess';
import { writeImageFolder } from '../../support/imageFolder';
import { projectFile } from '../../support/project';

/** Five classes, 3×12×10, random weights: every scan of it is inconclusive, because the accuracy is that of guessing. */
const MODEL = 'test/fixtures/onnx/cnn-opset13.onnx';

let folder = '';
let images = '';

beforeAll(async () => {
  build();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-cli-'));
  images = path.join(folder, 'images');
  await writeImageFolder(images, { classes: 5, perClass: 10, width: 10, height: 12 });
});
afterAll(async () => {
  removeBuild();
  await fs.rm(folder, { recursive: true, force: true });
});

function scan(...args: string[]) {
  return runCli(['scan', MODEL, '--data', images, '--quick', '--cache', path.join(folder, 'cache'), ...args]);
}

describe('usage', () => {
  it.each<[string, string[], RegExp]>([
    ['no command', [], /Usage: neural-cleanse/],
    ['an unknown command', ['fly'], /unknown command 'fly'/],
    ['no model', ['scan'], /missing required argument 'model'/],
    ['an unknown option', ['scan', MODEL, '--fast'], /unknown option '--fast'/],
    ['a value out of range', ['scan', MODEL, '--threshold', '2'], /at most 1/],
    ['two presets', ['scan', MODEL, '--quick', '--thorough'], /cannot be used with/],
    ['a runtime that does not exist', ['scan', MODEL, '--runtime', 'abacus'], /Allowed choices are onnxruntime/],
    ['no samples', ['repair', MODEL], /cnn-opset13\.onnx: no clean samples were given/],
    ['samples that do not exist', ['scan', MODEL, '--data', 'nowhere'], /nowhere: the samples do not exist/],
    ['samples without images', ['scan', MODEL, '--data', 'docs'], /docs/],
    ['a model that does not exist', ['scan', 'nothing.onnx', '--data', 'docs'], /nothing\.onnx: there is no such file/],
    [
      'a report that cannot be written',
      ['scan', MODEL, '--data', 'docs', '--json', 'no/r.json'],
      /no\/r\.json: .*folder does not exist/,
    ],
    [
      'a summary that cannot be added to',
      ['scan-all', MODEL, '--data', 'docs', '--summary', 'no/s.md'],
      /no\/s\.md: .*folder does not exist/,
    ],
    ['an unknown probe', ['doctor', '--probe', 'x'], /no such runtime/],
  ])('exit code 4 for %s', async (_name, args, message) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(4);
  });

  it('prints version and help', async () => {
    expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
    const help = await runCli(['scan', '--help']);
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain('$ neural-cleanse scan model.onnx --data images/');
  });

  it('prints stacks only when asked', async () => {
    const args = ['scan', 'nothing.onnx', '--data', images];
    expect((await runCli(args)).stderr).toMatch(/^Error: [^\n]*\n$/);
    expect((await runCli([...args, '--verbose'])).stderr).toMatch(/\nat /);
  });
});

describe('models that cannot be scanned', () => {
  it.each<[string, () => string | Uint8Array]>([
    ['an empty file', () => ''],
    ['noise', () => Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251)],
    ['half of a model', () => projectFile(MODEL).slice(0, 2000)],
    ['a text', () => 'no model\u{1b}[2J'],
  ])('exit code 3 for %s', async (_name, content) => {
    const file = path.join(folder, 'broken.onnx');
    await fs.writeFile(file, content());
    const { exitCode, stdout, stderr } = await runCli(['scan', file, '--data', images]);
    expect(stderr).toMatch(/^Error: broken\.onnx: [^\n]*\n$/);
    expect(stderr.trimEnd()).not.toMatch(/\p{C}/u);
    expect(stdout).toBe('');
    expect(exitCode).toBe(3);
  });
});

describe('scan', () => {
  it('writes every report and exits with the verdict', async () => {
    const [json, sarif, html] = ['r.json', 'r.sarif', 'r.html'].map((name) => path.join(folder, name));
    const { exitCode, stdout, stderr } = await scan('--json', json!, '--sarif', sarif!, '--html', html!);
    expect(stderr).not.toContain('Error');
    expect(stdout).toMatch(/^INCONCLUSIVE: /);
    expect(exitCode).toBe(5);
    const report = parseReport(await fs.readFile(json!, 'utf8'));
    expect(report).toMatchObject({ verdict: 'inconclusive', model: { file: 'cnn-opset13.onnx', classes: 5 } });
    expect(report.labels).toHaveLength(5);
    const log = JSON.parse(await fs.readFile(sarif!, 'utf8')) as Log;
    const note = log.runs[0]!.results!.find(({ ruleId }) => ruleId === 'NC002');
    expect(note!.locations![0]!.physicalLocation!.artifactLocation!.uri).toBe(MODEL);
    expect(await fs.readFile(html!, 'utf8')).toContain('</html>');
  });

  it('gives stdout to a report that asks for it', async () => {
    const { exitCode, stdout } = await scan('--json', '-', '--only', '1,3');
    expect(exitCode).toBe(5);
    const report = parseReport(stdout);
    expect(report.labels.filter(({ state }) => state !== 'not-scanned').map(({ label }) => label)).toEqual([1, 3]);
    expect(report.settings).toMatchObject({ preset: 'quick', labels: [1, 3] });
  });
});

describe('the sample models', () => {
  it.each([
    { model: 'infected', verdict: 'infected', flagged: [7], code: 1 },
    { model: 'clean', verdict: 'clean', flagged: [], code: 0 },
  ])(
    '$model: exit code $code',
    async ({ model, verdict, flagged, code }) => {
      const args = ['scan', `media/sample/${model}.onnx`, '--data', 'media/sample/images', '--quick', '--json', '-'];
      const { exitCode, stdout } = await runCli(args);
      expect(parseReport(stdout)).toMatchObject({ verdict, flagged });
      expect(exitCode).toBe(code);
    },
    300_000,
  );
});

describe('a scan that is stopped', () => {
  /** Some seconds of work. */
  const LONG = ['--seeds', '4', '--json', '-'];

  async function checkpoints(cache: string): Promise<string[]> {
    const names = await fs.readdir(path.join(cache, 'checkpoints')).catch(() => []);
    // A process that is killed while it writes leaves a temporary file behind.
    return names.filter((name) => name.endsWith('.json'));
  }

  /** Sends the signal once something has been kept. */
  async function stop(signal: NodeJS.Signals, cache: string) {
    return runCli(['scan', MODEL, '--data', images, '--quick', '--cache', cache, ...LONG], {
      whileRunning: async (child: ChildProcess) => {
        while ((await checkpoints(cache)).length === 0 && child.exitCode === null) await sleep(20);
        child.kill(signal);
      },
    });
  }

  it.skipIf(process.platform === 'win32').each<[NodeJS.Signals]>([['SIGINT'], ['SIGKILL']])(
    'by %s goes on with --resume and comes to the same result',
    async (signal) => {
      const cache = path.join(folder, `cache-${signal}`);
      const stopped = await stop(signal, cache);
      expect(stopped.stdout).toBe('');
      if (signal === 'SIGINT') {
        expect(stopped.exitCode).toBe(130);
        expect(stopped.stderr).toMatch(/Stopping; press Ctrl-C again/);
        expect(stopped.stderr).toMatch(/--resume goes on from there/);
        expect(stopped.stderr).not.toContain('Error');
      } else {
        expect(stopped.signal).toBe('SIGKILL');
      }
      expect(await checkpoints(cache)).toHaveLength(1);
      const resumed = await scan(...LONG, '--cache', cache, '--resume');
      expect(await checkpoints(cache)).toEqual([]);
      const whole = await scan(...LONG, '--cache', path.join(folder, 'other'));
      const norms = (stdout: string) => parseReport(stdout).labels.map(({ l1PerSeed }) => l1PerSeed);
      expect(norms(resumed.stdout)).toEqual(norms(whole.stdout));
    },
  );
});

describe('attack badnets', () => {
  const train = async (...args: string[]) => {
    const out = path.join(folder, 'trained.onnx');
    await fs.rm(out, { force: true });
    const result = await runCli([
      'attack',
      'badnets',
      '--data',
      images,
      '--arch',
      'mnist',
      '--epochs',
      '1',
      '--out',
      out,
      ...args,
    ]);
    return { ...result, out };
  };

  it('writes a model that can be scanned, and says loudly what it is', async () => {
    const { exitCode, stdout, stderr, out } = await train('--target', '3', '--pattern', '#ff0000', '--position', '2,2');
    expect(stderr).toMatch(/^WARNING: .*trained\.onnx will hold a backdoor on purpose/);
    expect(stdout).toMatch(
      /trained\.onnx: INFECTED ON PURPOSE, target 3, accuracy [\d.]+ %, attack success [\d.]+ %\n$/,
    );
    expect(exitCode).toBe(0);
    const { backdoors } = parseBackdoorRecord(await fs.readFile(`${out}.backdoor.json`, 'utf8'));
    expect(backdoors).toMatchObject([{ target: 3 }]);
    expect(backdoors[0]!.trigger.mask.indexOf(1)).toBe(2 * 28 + 2);
    const scanned = await runCli(['scan', out, '--data', images, '--quick', '--json', '-']);
    expect(parseReport(scanned.stdout).model).toMatchObject({
      classes: 5,
      input: { channels: 1, height: 28, width: 28 },
    });
  });

  it('trains the clean twin', async () => {
    const { exitCode, stdout, stderr } = await train('--clean');
    expect(stderr).not.toContain('WARNING');
    expect(stdout).toMatch(/trained\.onnx: clean, accuracy/);
    expect(exitCode).toBe(0);
  });

  it.each<[string, string[], RegExp]>([
    ['a target that does not exist', ['--target', '5'], /the label does not exist \(expected 0…4, got 5\)/],
    ['several targets with the same trigger', ['--target', '1,2'], /need triggers that differ/],
    ['a patch that does not fit', ['--trigger-size', '40'], /does not fit in the image/],
    ['an unknown network', ['--arch', 'vgg'], /Allowed choices are mnist/],
  ])('exit code 4 for %s', async (_name, args, message) => {
    const { exitCode, stderr, out } = await train(...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(4);
    await expect(fs.stat(out)).rejects.toThrow('ENOENT');
  });
});

describe('doctor', () => {
  it('finds a library that works and a reason for each that does not', async () => {
    const { exitCode, stdout } = await runCli(['doctor']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Node ${process.version}`);
    expect(stdout).toMatch(/works {2}--runtime onnxruntime-web --provider wasm +onnxruntime-web [\d.]+ \(wasm\)/);
    expect(stdout).toMatch(/--runtime tensorflow --provider cpu +\S/);
    expect(stdout).toMatch(/Without options, scans run on onnxruntime-/);
  });
});
