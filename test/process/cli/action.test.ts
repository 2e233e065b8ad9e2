/** The steps of action.yml, run as a job would run them. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Log } from 'sarif';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { build, built, removeBuild } from '../../support/build';
import { projectFile, ROOT } from '../../support/project';

interface Step {
  readonly id?: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
}
interface Action {
  readonly inputs: Record<string, { readonly default?: string }>;
  readonly runs: { readonly steps: readonly Step[] };
}

interface JobResult {
  readonly exitCode: number;
  readonly outputs: string;
  readonly summary: string;
}

const SAMPLE = path.join(ROOT, 'media', 'sample');

let folder = '';
let action: Action;
beforeAll(async () => {
  build();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-action-'));
  action = parse(projectFile('action.yml')) as Action;
});
afterAll(async () => {
  removeBuild();
  await fs.rm(folder, { recursive: true, force: true });
});

/** The step that scans, with inputs in place of the expressions. */
async function job(inputs: Record<string, string>): Promise<JobResult> {
  const step = action.runs.steps.find(({ id }) => id === 'scan')!;
  const [outputs, summary] = ['outputs', 'summary'].map((name) => path.join(folder, name)) as [string, string];
  await Promise.all([outputs, summary].map((file) => fs.writeFile(file, '')));
  const given: Record<string, string> = {
    data: path.join(SAMPLE, 'images'),
    ...inputs,
    options: `--cache=${path.join(folder, 'cache')}\n--quick`,
  };
  const env = Object.fromEntries(
    Object.entries(step.env!).map(([name, value]) => [
      name,
      value
        .replace('${{ github.action_path }}/dist', path.dirname(built('cli.mjs')))
        .replace(/\$\{\{ inputs\.([\w-]+) \}\}/, (_, id: string) => given[id] ?? action.inputs[id]!.default ?? ''),
    ]),
  );
  const exitCode = await new Promise<number>((resolve) => {
    const options = {
      cwd: folder,
      env: { ...process.env, ...env, GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary },
    };
    const child = execFile('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run!], options);
    child.on('close', (code) => {
      resolve(code ?? NaN);
    });
  });
  return { exitCode, outputs: await fs.readFile(outputs, 'utf8'), summary: await fs.readFile(summary, 'utf8') };
}

const infected = path.join(SAMPLE, 'infected.onnx');
const clean = path.join(SAMPLE, 'clean.onnx');

describe('the action', () => {
  it('fails a job with an infected model, and says on its page which and why', async () => {
    const { exitCode, outputs, summary } = await job({ models: `${infected}\n${clean}\n` });
    expect(exitCode).toBe(1);
    expect(outputs).toBe('verdict=infected\n');
    expect(summary).toContain('2 models, 1 infected.');
    expect(summary).toMatch(/infected\.onnx \| ❌ infected \| 7 \|/);
    expect(summary).toMatch(/clean\.onnx \| ✅ clean \|/);
    expect(summary).toMatch(/```text\n[·░▒▓█\n]+\n```/);
    const sarif = JSON.parse(await fs.readFile(path.join(folder, 'neural-cleanse.sarif'), 'utf8')) as Log;
    expect(sarif.runs[0]!.results!.map(({ level }) => level)).toEqual(['error']);
  });

  it('fails only for what it is told to', async () => {
    expect(await job({ models: infected, 'fail-on': 'none' })).toMatchObject({
      exitCode: 0,
      outputs: 'verdict=infected\n',
    });
    expect(await job({ models: clean })).toMatchObject({ exitCode: 0, outputs: 'verdict=clean\n' });
  });

  it('fails for what is not there, and runs no name as a command', async () => {
    const { exitCode } = await job({ models: '$(touch pwned).onnx' });
    expect(exitCode).toBe(4);
    expect(await fs.readdir(folder)).not.toContain('pwned');
  });
});
