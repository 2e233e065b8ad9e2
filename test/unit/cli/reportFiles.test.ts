import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTargets, writeReports } from '../../../src/cli/reportFiles';
import { UsageError } from '../../../src/engine/support/errors';
import { parseReport } from '../../../src/engine/output/scanJson';
import { infectedReport } from '../../support/sampleReports';
import { fakeTerminal } from '../../support/fakeTerminal';
import { temporaryFolder } from '../../support/temporaryFolder';

describe('report files', () => {
  it('are written, with the text report on stdout', async () => {
    const folder = await temporaryFolder();
    const targets = {
      json: path.join(folder, 'r.json'),
      sarif: path.join(folder, 'r.sarif'),
      html: path.join(folder, 'r.html'),
    };
    const terminal = fakeTerminal();
    await checkTargets(targets);
    expect(await fs.readdir(folder)).toEqual([]);
    await writeReports(infectedReport, targets, 'models/signs.onnx', terminal);
    expect(parseReport(await fs.readFile(targets.json, 'utf8'))).toEqual(infectedReport);
    expect(await fs.readFile(targets.sarif, 'utf8')).toContain('"uri": "models/signs.onnx"');
    expect(await fs.readFile(targets.html, 'utf8')).toMatch(/^<!doctype html>/);
    expect(terminal.out).toMatch(/^INFECTED: /);
    expect((await fs.readdir(folder)).sort()).toEqual(['r.html', 'r.json', 'r.sarif']);
  });

  it('take the place of the text report on stdout', async () => {
    const terminal = fakeTerminal();
    await writeReports(infectedReport, { json: '-' }, 'signs.onnx', terminal);
    expect(parseReport(terminal.out)).toEqual(infectedReport);
  });

  it('name a model outside the working folder by its name alone', async () => {
    const terminal = fakeTerminal();
    await writeReports(infectedReport, { sarif: '-' }, path.resolve('..', 'elsewhere', 'signs.onnx'), terminal);
    expect(terminal.out).toContain('"uri": "signs.onnx"');
  });

  it.each<[string, (folder: string) => object, RegExp]>([
    ['a missing folder', (folder) => ({ json: path.join(folder, 'no', 'r.json') }), /its folder does not exist/],
    ['a folder', (folder) => ({ html: folder }), /is a folder/],
    ['twice the same file', (folder) => ({ json: `${folder}/r`, html: `${folder}/./r` }), /the same place/],
    ['twice stdout', () => ({ json: '-', sarif: '-' }), /the same place .*stdout/],
  ])('are refused beforehand: %s', async (_name, targets, message) => {
    const checked = checkTargets(targets(await temporaryFolder()));
    await expect(checked).rejects.toThrow(UsageError);
    await expect(checked).rejects.toThrow(message);
  });
});
