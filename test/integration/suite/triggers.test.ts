/** @file What can be done with the triggers of a finished scan: the neurons they drive, and a filter against them. */
import * as assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ScanReport } from '../../../src/engine/report/scanReport';
import { COMMANDS } from '../../../src/shared/contributions';
import { environment } from './environment';
import { click, sampleModel, services, until } from './models';

const REPORT = path.join(environment.project, 'test', 'fixtures', 'reports', 'sample.json');
const FLAGGED = 7;

describe('the triggers of a scan', () => {
  const report = JSON.parse(readFileSync(REPORT, 'utf8')) as ScanReport;
  let uri: vscode.Uri;

  before(async () => {
    uri = sampleModel('triggers');
    const { scans } = await services();
    await scans.adopt({ uri, samples: { data: path.join(uri.fsPath, '..', '..', 'images') } }, report);
  });

  it('are shown at work on the neurons', async () => {
    click(COMMANDS.identify, uri, FLAGGED);
    await until(uri, 'measuring', (entry) => entry?.neurons?.length === 1);
    const entry = await until(uri, 'the neurons', (now) => now?.neurons?.[0]?.identification !== undefined);
    const { label, attackSuccess, layers } = entry?.neurons?.[0]?.identification ?? {};
    assert.equal(label, FLAGGED);
    assert.ok((attackSuccess ?? 0) > 0.9);
    const last = layers?.at(-1);
    assert.ok(last && last.reversed > 5 * last.clean, JSON.stringify(last));
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map((tab) => tab.label));
    assert.ok(tabs.includes('Scan: model.onnx'), tabs.join());
  });

  it('make a filter beside the model, which stays as it is', async () => {
    const { scans, engine } = await services();
    const task = scans.taskOf(uri);
    assert.ok(task);
    const client = await engine();
    // The dialogs of the command need a person; test/e2e has one.
    const { filters } = await client.calibrateFilter({ ...task, report, only: [FLAGGED], rates: [0.05] });
    const [made] = filters;
    assert.ok(made && made.cost.falsePositiveRate <= 0.05 && made.cost.falseNegativeRate < 0.5);
    const folder = path.dirname(uri.fsPath);
    const at = (name: string): string => path.join(folder, name);
    const original = readFileSync(uri.fsPath);
    const { model } = task;
    await client.saveFilter({ model, filter: made.filter, json: at('f.json'), onnx: at('f.onnx') });
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('f.')),
      ['f.json', 'f.onnx'],
    );
    await assert.rejects(
      client.saveFilter({ model, filter: made.filter, json: at('f.json'), onnx: model }),
      /replace the original model/,
    );
    assert.deepEqual(readFileSync(uri.fsPath), original);
  });
});
