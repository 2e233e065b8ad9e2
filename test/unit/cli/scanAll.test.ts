import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Log } from 'sarif';
import { expect, it } from 'vitest';
import { runCli } from '../../../src/cli/cli';
import { parseReport } from '../../../src/engine/output/scanJson';
import type { ScanReport } from '../../../src/engine/report/scanReport';
import { fakeTerminal } from '../../support/fakeTerminal';
import { ROOT } from '../../support/project';
import { temporaryFolder } from '../../support/temporaryFolder';

const SAMPLE = path.join(ROOT, 'media', 'sample');
const BAD = path.join(ROOT, 'test', 'fixtures', 'bad', 'truncated.onnx');

interface Line {
  readonly model: string;
  readonly report?: ScanReport;
  readonly error?: string;
}

/** The infected sample and a broken file, one below the other. */
async function models(): Promise<string> {
  const folder = await temporaryFolder();
  await fs.mkdir(path.join(folder, 'zoo', 'sub'), { recursive: true });
  await fs.copyFile(path.join(SAMPLE, 'infected.onnx'), path.join(folder, 'zoo', 'sub', 'net.onnx'));
  await fs.copyFile(BAD, path.join(folder, 'zoo', 'broken.onnx'));
  return folder;
}

async function keptReport(folder: string): Promise<{ file: string; report: ScanReport }> {
  const finished = path.join(folder, 'cache', 'finished');
  const [name] = await fs.readdir(finished);
  const file = path.join(finished, name!);
  return { file, report: parseReport(await fs.readFile(file, 'utf8')) };
}

async function scanAll(folder: string, ...more: string[]) {
  const terminal = fakeTerminal();
  const [jsonl, sarif] = [path.join(folder, 'r.jsonl'), path.join(folder, 'r.sarif')];
  const data = ['--data', path.join(SAMPLE, 'images'), '--limit', '200', '--quick', '--only', '6,7'];
  const reports = ['--cache', path.join(folder, 'cache'), '--jsonl', jsonl, '--sarif', sarif];
  const exitCode = await runCli(['scan-all', path.join(folder, 'zoo'), ...data, ...reports, ...more], {
    terminal,
    signal: new AbortController().signal,
    now: () => performance.now() / 1000,
  });
  const lines = (await fs.readFile(jsonl, 'utf8')).trimEnd().split('\n');
  const log = JSON.parse(await fs.readFile(sarif, 'utf8')) as Log;
  return { exitCode, terminal, lines: lines.map((line) => JSON.parse(line) as Line), run: log.runs[0]! };
}

it('writes lines of JSON to stdout in place of the table', async () => {
  const folder = await models();
  const terminal = fakeTerminal();
  const exitCode = await runCli(['scan-all', path.join(folder, 'zoo', 'broken.onnx'), '--jsonl', '-'], {
    terminal,
    signal: new AbortController().signal,
    now: () => 0,
  });
  expect(exitCode).toBe(3);
  expect((JSON.parse(terminal.out) as Line).error).toContain('damaged');
});

it('scans what can be scanned, says what cannot, and never scans the same twice', async () => {
  const folder = await models();
  const first = await scanAll(folder);
  expect(first.exitCode).toBe(1);
  expect(first.terminal.out).toMatch(/net\.onnx +infected +7/);
  expect(first.terminal.out).toMatch(/broken\.onnx: the data is damaged/);
  expect(first.terminal.out).toContain('2 models: 1 infected, 1 not scanned, 0 inconclusive, 0 clean.');

  const [broken, net] = first.lines;
  expect(broken).toMatchObject({ model: path.join(folder, 'zoo', 'broken.onnx') });
  expect(broken?.error).toContain('damaged');
  expect(parseReport(JSON.stringify(net?.report)).flagged).toEqual([7]);

  expect(first.run.artifacts).toHaveLength(2);
  expect(first.run.invocations?.[0]).toMatchObject({ executionSuccessful: false });
  expect(first.run.results).toMatchObject([
    { ruleId: 'NC001', locations: [{ physicalLocation: { artifactLocation: { uri: 'net.onnx', index: 1 } } }] },
  ]);

  // Whoever finds this figure in a report has not scanned.
  const kept = await keptReport(folder);
  await fs.writeFile(kept.file, JSON.stringify({ ...kept.report, imagePasses: 1 }));
  await fs.rename(path.join(folder, 'zoo', 'sub', 'net.onnx'), path.join(folder, 'zoo', 'sub', 'renamed.onnx'));
  const second = await scanAll(folder);
  const { model } = net!.report!;
  expect(second.lines[1]?.report).toEqual({
    ...net!.report,
    imagePasses: 1,
    model: { ...model, file: 'renamed.onnx' },
  });

  const again = await scanAll(folder, '--again');
  expect(again.lines[1]?.report).toMatchObject({ flagged: [7], imagePasses: net!.report!.imagePasses });
  expect((await keptReport(folder)).report.imagePasses).toBe(net!.report!.imagePasses);

  // Names that were declared meanwhile are in the report.
  await fs.writeFile(path.join(folder, 'zoo', 'sub', 'labels.txt'), Array.from('abcdefghij').join('\n'));
  expect((await scanAll(folder)).lines[1]?.report?.labels[7]).toMatchObject({ flagged: true, name: 'h' });
}, 120_000);
