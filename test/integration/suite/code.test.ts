/** @file What code that loads a model says of it. */
import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ScanReport } from '../../../src/engine/report/scanReport';
import { COMMANDS, SETTINGS } from '../../../src/shared/contributions';
import { PATIENCE } from '../../support/patience';
import { environment } from './environment';
import { sampleModel, services } from './models';

const CODE =
  'import onnxruntime\nsession = onnxruntime.InferenceSession("model.onnx")\nother = torch.load("missing.pt")\n';

describe('code that loads a model', () => {
  let model: vscode.Uri;
  let document: vscode.TextDocument;

  const lenses = (): Thenable<vscode.CodeLens[]> =>
    vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri);
  const ours = (): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Neural Cleanse');
  const problems = (count: number): Promise<vscode.Diagnostic[]> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (ours().length !== count) return;
        subscription.dispose();
        clearTimeout(timer);
        resolve(ours());
      };
      const subscription = vscode.languages.onDidChangeDiagnostics(look);
      const timer = setTimeout(() => {
        subscription.dispose();
        reject(new Error(`Waited for ${count} problems, there are ${ours().length}`));
      }, PATIENCE);
      look();
    });
  const fixes = (range: vscode.Range): Thenable<vscode.CodeAction[]> =>
    vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, range);

  it('offers a scan of a model that was not scanned, and says nothing of what is not there', async () => {
    model = sampleModel('loaded');
    const code = vscode.Uri.joinPath(model, '..', 'use.py');
    await vscode.workspace.fs.writeFile(code, new TextEncoder().encode(CODE));
    document = await vscode.workspace.openTextDocument(code);
    await vscode.languages.setTextDocumentLanguage(document, 'python');
    await vscode.window.showTextDocument(document);
    const [lens, ...others] = await lenses();
    assert.equal(others.length, 0);
    assert.equal(lens?.command?.title, 'Backdoors: not scanned · Scan');
    assert.equal(lens.command.command, COMMANDS.scan);
    assert.equal(document.getText(lens.range), 'model.onnx');
  });

  it('has a problem where the model is infected, and the way to a repair', async () => {
    const report = JSON.parse(
      readFileSync(path.join(environment.project, 'test', 'fixtures', 'reports', 'sample.json'), 'utf8'),
    ) as ScanReport;
    const { scans } = await services();
    await scans.adopt({ uri: model, samples: {} }, report);
    const [problem] = await problems(1);
    assert.equal(problem?.message, 'model.onnx hides a backdoor to Label 7.');
    assert.equal((await lenses())[0]?.command?.title, 'Backdoors: Infected: Label 7');
    const titles = (await fixes(problem.range)).map(({ title }) => title);
    assert.deepEqual(titles, ['Repair the model…', 'Show the trigger']);

    const copy = vscode.Uri.joinPath(model, '..', 'model.repaired.onnx');
    await vscode.workspace.fs.copy(model, copy);
    const repaired = { ...report, verdict: 'clean', flagged: [], labels: [] } as const;
    await scans.adopt({ uri: copy, samples: {}, repairedFrom: model.toString() }, repaired);
    const [fix] = await fixes(problem.range);
    assert.equal(fix?.title, 'Load the repaired model model.repaired.onnx instead');
    assert.ok(fix.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.match(document.getText(), /InferenceSession\("model\.repaired\.onnx"\)/);
    await problems(0);
    assert.equal((await lenses())[0]?.command?.title, 'Backdoors: Clean');
  });

  it('is left alone where the user wants that', async () => {
    const settings = vscode.workspace.getConfiguration(undefined, document.uri);
    await settings.update(SETTINGS.inCode, false, vscode.ConfigurationTarget.Workspace);
    assert.deepEqual(await lenses(), []);
    await settings.update(SETTINGS.inCode, undefined, vscode.ConfigurationTarget.Workspace);
    await document.save();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
