/** @file What the engine really says, as a German editor shows it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assess } from '../../../src/engine/detect/judge/verdict';
import { RuntimeUnavailableError, SamplesError } from '../../../src/engine/support/errors';
import { inspectModel } from '../../../src/engine/inspect/inspectModel';
import type { LabelResult, ScanReport } from '../../../src/engine/report/scanReport';
import { sentenceOf } from '../../../src/host/support/errors';
import { treeItem } from '../../../src/host/views/resultNodes';
import { modelTooltip } from '../../../src/host/views/tooltips';
import { nodeFiles } from '../../../src/runner/files/nodeFiles';
import { sha256 } from '../../../src/runner/files/sha256';
import { configureEngineText } from '../../../src/shared/engineText';
import type { ScanEntry } from '../../../src/shared/scanEntry';
import { projectFile, ROOT } from '../../support/project';
import { infectedReport } from '../../support/sampleReports';

const entry: ScanEntry = { uri: 'file:///m.onnx', name: 'm.onnx', state: 'done', labels: [], running: [] };
const folder = mkdtempSync(path.join(os.tmpdir(), 'german-'));

beforeAll(() => {
  configureEngineText(JSON.parse(projectFile('l10n/bundle.l10n.de.json')) as Record<string, string>);
});
afterAll(() => {
  configureEngineText(undefined);
  rmSync(folder, { recursive: true });
});

async function inspected(file: string): Promise<string[]> {
  const { findings } = await inspectModel({ files: nodeFiles, model: path.join(ROOT, 'test/fixtures', file), sha256 });
  return findings.map((finding, index) => {
    const item = treeItem({ kind: 'finding', uri: entry.uri, index, finding }, entry);
    return item.label as string;
  });
}

describe('errors', () => {
  it('of a truncated file', async () => {
    const whole = readFileSync(path.join(ROOT, 'test/fixtures/onnx/activations.onnx'));
    const file = path.join(folder, 'half.onnx');
    writeFileSync(file, whole.subarray(0, whole.length / 2));
    const error: unknown = await inspectModel({ files: nodeFiles, model: file, sha256 }).catch((e: unknown) => e);
    expect(sentenceOf(error)).toMatch(
      /^Half\.onnx: die Daten sind bei Byte \d+ beschädigt: ein Feld reicht über seine Nachricht hinaus\.$/,
    );
  });

  it('with all their parts', () => {
    const error = new SamplesError('there are too few images', {
      file: 'shape',
      place: 'row 3 of column x',
      expected: 'at least 16',
      got: '9 (2 could not be read)',
      hint: 'A few hundred images over all classes are a good number.',
    });
    expect(sentenceOf(error)).toBe(
      'Shape: Zeile 3 der Spalte x: es gibt zu wenige Bilder (erwartet: mindestens 16; gefunden: 9 (2 waren nicht lesbar)). ' +
        'Einige hundert Bilder aus allen Klassen sind eine gute Zahl.',
    );
  });

  it('keep what a library says', () => {
    const error = new RuntimeUnavailableError('onnxruntime-node cannot be loaded: libc of 1999 (got it)');
    expect(sentenceOf(error)).toBe('Onnxruntime-node lässt sich nicht laden: libc of 1999 (got it).');
  });
});

describe('findings', () => {
  it('why a model cannot be scanned', async () => {
    expect(await inspected('bad/regression.onnx')).toEqual([
      'Ausgabe "scores": Dieses Modell lässt sich nicht durchsuchen: das Modell ist kein Klassifikator ' +
        '(erwartet: ein Wert je Klasse; gefunden: eine einzelne unbegrenzte Zahl wie bei einer Regression).',
    ]);
  });

  it('that are notes', async () => {
    expect(await inspected('bad/detection.onnx')).toEqual([
      'Das Modell hat 2 Ausgaben; "scores" hat einen Wert je Klasse und wird durchsucht.',
    ]);
  });
});

describe('reasons of a verdict', () => {
  const settings = { pThreshold: 0.01, successThreshold: 0.99 };
  const found = (label: number, l1: number): LabelResult => ({
    label,
    name: label === 0 ? 'at most 5, or no label' : 'an object',
    state: 'found',
    l1,
    l1PerSeed: [l1],
    flagged: false,
    curve: [],
  });

  function shown(labels: readonly LabelResult[]): { tree: unknown; tooltip: string } {
    const report: ScanReport = {
      ...infectedReport,
      ...assess(labels, { settings, classes: labels.length, scanned: labels.length, pixels: 784 }),
    };
    const done: ScanEntry = { ...entry, labels, report };
    return {
      tree: treeItem({ kind: 'model', uri: entry.uri }, done).description,
      tooltip: modelTooltip(done).value,
    };
  }

  it('inconclusive', () => {
    const { tree, tooltip } = shown([found(0, 5), found(1, 50), found(2, 55)]);
    const sentence = 'Bei 3 Klassen kann keine aus den anderen herausragen: Ein Ausreißertest braucht mindestens 4.';
    expect(tree).toContain(sentence);
    expect(tooltip).toContain('herausragen');
  });

  it('infected, with the names of the labels as they are', () => {
    const norms = [2, 60, 50, 55, 52, 58, 49, 54, 61, 53];
    const { tooltip } = shown(norms.map((l1, label) => found(label, l1)));
    expect(tooltip).toMatch(
      /Für Klasse 0 \\\(at most 5, or no label\\\) genügt ein weit kleinerer Auslöser als sonst; .* mit der Wahrscheinlichkeit unter 0\.001\./,
    );
  });
});
