import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportReport } from '../../../../src/host/results/exportReport';
import { choose, leave } from '../../../support/fakeQuickPick';
import { recorded, resetVscode, Uri, workspace } from '../../../support/fakeVscode';
import { infectedReport } from '../../../support/sampleReports';
import { temporaryFolder } from '../../../support/temporaryFolder';

beforeEach(resetVscode);

const MODEL = Uri.parse('file:///models/net.onnx') as never;

async function exportTo(name: string, format?: 'html' | 'json' | 'sarif', model = MODEL): Promise<string> {
  const target = path.join(await temporaryFolder(), name);
  recorded.dialogAnswers.push(Uri.file(target));
  await exportReport(model, infectedReport, format);
  return fs.readFile(target, 'utf8');
}

describe('a report', () => {
  it.each([
    [
      'HTML',
      'net.onnx.report.html',
      (text: string) => text.startsWith('<!DOCTYPE html>') || text.startsWith('<!doctype'),
    ],
    [
      'JSON',
      'net.onnx.report.json',
      (text: string) => (JSON.parse(text) as { verdict: string }).verdict === 'infected',
    ],
    ['SARIF', 'net.onnx.sarif', (text: string) => (JSON.parse(text) as { version: string }).version === '2.1.0'],
  ] as const)(
    'is saved as %s where the user wants it, by default beside the model',
    async (label, proposed, isGood) => {
      recorded.pickAnswers.push(choose(label));
      const text = await exportTo('r');
      expect(isGood(text)).toBe(true);
      expect(String(recorded.dialogs[0]!['defaultUri'])).toBe(`file:///models/${proposed}`);
      expect(recorded.messages).toEqual(['The report was saved as r.']);
      expect(recorded.executed).toEqual([]);
    },
  );

  it('needs no question where the format is given', async () => {
    await exportTo('r.json', 'json');
    expect(recorded.picks).toEqual([]);
  });

  it('names the model in SARIF by its path in the workspace, or by its name alone', async () => {
    workspace.workspaceFolders = [{ uri: Uri.parse('file:///models') }];
    const inside = Uri.parse('file:///models/deep/net.onnx') as never;
    expect(await exportTo('a', 'sarif', inside)).toContain('"uri": "deep/net.onnx"');
    const outside = Uri.parse('file:///home/me/net.onnx') as never;
    const text = await exportTo('b', 'sarif', outside);
    expect(text).toContain('"uri": "net.onnx"');
    expect(text).not.toContain('/home/me');
  });

  it('opens on demand: a page in the browser, the others in the editor', async () => {
    recorded.answers.set('The report was saved as r.html.', 'Open');
    await exportTo('r.html', 'html');
    recorded.answers.set('The report was saved as r.json.', 'Open');
    await exportTo('r.json', 'json');
    expect(recorded.executed.map(([command, uri]) => [command, path.basename((uri as Uri).path)])).toEqual([
      ['openExternal', 'r.html'],
      ['vscode.open', 'r.json'],
    ]);
  });

  it('is not written when the user leaves', async () => {
    recorded.pickAnswers.push(leave);
    await exportReport(MODEL, infectedReport);
    expect(recorded.dialogs).toEqual([]);
    recorded.dialogAnswers.push(undefined);
    await exportReport(MODEL, infectedReport, 'json');
    expect(recorded.messages).toEqual([]);
  });
});
