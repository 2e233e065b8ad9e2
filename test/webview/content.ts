/** @file What the panels are filled with: a real scan of the bundled sample, and what is made from it. */
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Evaluation, RepairReport, UnlearnPoint } from '../../src/engine/report/repairReport';
import { encodeFloats } from '../../src/engine/support/base64';
import type { Identification } from '../../src/engine/identify/identification';
import type { LabelResult, ScanReport } from '../../src/engine/report/scanReport';
import type { PreviewImage, SamplesPreview } from '../../src/engine/inspect/samplesPreview';
import type { LabelDetails, ModelView, RepairView, ScanView } from '../../src/shared/panelMessages';
import type { ScanEntry } from '../../src/shared/scanEntry';
import { labelDetails, scanView } from '../../src/shared/scanView';
import { ROOT } from '../support/project';

/** Of `media/sample/infected.onnx`, by an earlier version. */
const stored = JSON.parse(readFileSync(path.join(ROOT, 'test/fixtures/reports/sample.json'), 'utf8')) as ScanReport;

const URI = 'file:///models/infected.onnx';
const FLAGGED = 7;

/** As scans are now: the smallest labels were asked what becomes of them when they are unlearned. */
export const report: ScanReport = {
  ...stored,
  labels: stored.labels.map((result) => (result.label === FLAGGED ? { ...result, response: 8.1 } : result)),
};

/** As where a scan has looked for pairs. */
export const pairsReport: ScanReport = {
  ...report,
  labels: report.labels.map((result) => (result.label === FLAGGED ? { ...result, sourceLabel: 2 } : result)),
  pairs: [1, 4, 9]
    .map((source, i) => ({
      ...{ source, target: (source + 3) % 10, l1: 14.2 + 3 * i, relativeL1: 0.52 + 0.1 * i, attackSuccess: 0.97 },
      ...{ effectOnOthers: 0.34, tiedToPlace: 0.06, response: 1.7, flagged: false },
    }))
    .toSpliced(1, 0, {
      ...{ source: 2, target: FLAGGED, l1: 9.8, relativeL1: 0.17, attackSuccess: 0.99 },
      ...{ effectOnOthers: 0.02, tiedToPlace: 0.27, response: 3.6, flagged: true },
    }),
};

export function entry(change: Partial<ScanEntry> = {}): ScanEntry {
  return {
    uri: URI,
    name: 'infected.onnx',
    state: 'done',
    labels: report.labels,
    running: [],
    report,
    sample: samplePicture(3),
    ...change,
  };
}

export const finishedScan: ScanView = scanView(entry());
export const details: LabelDetails[] = report.labels.map(labelDetails);

/** Of the flagged label, as `neural-cleanse identify` measures it on the sample. */
export const identification: Identification = {
  label: FLAGGED,
  images: 360,
  attackSuccess: 0.989,
  layers: [
    { name: 'conv1', kind: 'convolution', neurons: 16, top: [3], clean: 0.421, reversed: 0.455 },
    { name: 'conv4', kind: 'convolution', neurons: 32, top: [17], clean: 0.412, reversed: 0.555 },
    { name: 'dense8', kind: 'dense', neurons: 512, top: [235, 446, 233, 371, 83], clean: 0.506, reversed: 4.894 },
  ],
};

/** Of a deep model with long names, some of which go below zero. */
export const deepIdentification: Identification = {
  ...identification,
  layers: Array.from({ length: 54 }, (_, i) => ({
    name: `resnet50/conv${Math.floor(i / 9) + 1}_block${i % 9}/convolution`,
    kind: 'convolution' as const,
    neurons: 64 * 2 ** Math.floor(i / 14),
    top: Array.from({ length: 20 }, (_, n) => 7 * n),
    clean: 0.3 * Math.sin(i),
    reversed: 0.3 * Math.sin(i) + (i / 54) ** 4 * 6,
  })),
};

/** As after a repair: the flagged label is like the others. */
export const cleanReport: ScanReport = {
  ...report,
  model: { ...report.model, file: 'infected.repaired.onnx' },
  verdict: 'clean',
  reasons: ['No label needs a much smaller trigger than the others.'],
  pValue: 0.61,
  anomalyIndex: 1.05,
  flagged: [],
  labels: report.labels.map((label) =>
    label.label === FLAGGED
      ? { ...label, l1: 84.2, anomalyIndex: 0.18, pValue: 0.93, attackSuccess: 0.991, flagged: false }
      : label,
  ),
};

export const repairedScan: ScanView = scanView(
  entry({ name: 'infected.repaired.onnx', report: cleanReport, labels: cleanReport.labels, before: report }),
);

/** Labels in all states. */
export const manyStates: ScanView = {
  ...finishedScan,
  labels: finishedScan.labels.map((row) => {
    const { label, flagged } = row;
    const bare = { label, flagged, l1PerSeed: [], hasTrigger: false, hasCurve: false };
    return (
      [
        { ...bare, state: 'not-reached' as const },
        { ...bare, state: 'screened' as const },
      ][label] ?? row
    );
  }),
};

/** A scan of `count` labels with plausible figures. */
export function largeReport(count: number): ScanReport {
  const labels = Array.from({ length: count }, (_, label): LabelResult => {
    const l1 = label === 1234 % count ? 9 : 60 + 40 * Math.abs(Math.sin(label * 12.9898));
    return {
      label,
      name: `class number ${label}`,
      state: 'found',
      l1,
      l1PerSeed: [l1],
      anomalyIndex: (80 - l1) / 14,
      pValue: label === 1234 % count ? 0.0002 : 0.7,
      attackSuccess: 0.99,
      flagged: label === 1234 % count,
      curve: [],
      trigger: {
        channels: 1,
        height: 8,
        width: 8,
        mask: encodeFloats(new Float32Array(64).fill(0.5)),
        pattern: encodeFloats(new Float32Array(64).fill(200)),
      },
    };
  });
  return { ...report, labels, flagged: [1234 % count], median: 80, mad: 14, anomalyIndex: 5.07 };
}

export const preview: SamplesPreview = {
  source: 'image folders, 10 classes',
  count: 400,
  available: 2000,
  splits: [],
  images: pictures(24),
  candidates: [
    { id: '0..255', label: '0…255', accuracy: 0.99 },
    { id: '0..1', label: '0…1', accuracy: 0.41 },
    { id: '-1..1', label: '−1…1', accuracy: 0.12 },
  ],
  chosen: '0..255',
  cleanAccuracy: 0.99,
  notes: [],
};

export const model: ModelView = {
  name: 'infected.onnx',
  scan: finishedScan,
  inspection: {
    file: 'infected.onnx',
    format: 'ONNX',
    bytes: 1_234_567,
    sha256: report.model.sha256,
    input: report.model.input,
    classes: 10,
    classNames: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
    head: 'softmax',
    parameters: 308_394,
    layers: [
      { name: 'conv1', operator: 'Conv', shape: [null, 16, 24, 24], parameters: 416 },
      { name: 'relu1', operator: 'Relu', shape: [null, 16, 24, 24], parameters: 0 },
      { name: 'pool1', operator: 'MaxPool', shape: [null, 16, 12, 12], parameters: 0 },
      { name: 'conv2', operator: 'Conv', shape: [null, 32, 8, 8], parameters: 12_832 },
      { name: 'flatten', operator: 'Flatten', parameters: 0 },
      { name: 'dense', operator: 'Gemm', shape: [null, 10], parameters: 5_130 },
    ],
    findings: [
      { severity: 'warning', place: 'weights.bin', message: 'A part of the weights lies in another file.' },
      { severity: 'note', message: 'The file was written by opset 13.' },
    ],
  },
};

const before: Evaluation = evaluation(0.99, 0.998);
const prunePoints = Array.from({ length: 21 }, (_, i) => ({
  pruned: 25 * i,
  cleanAccuracy: 0.99 - (i > 12 ? 0.002 * (i - 12) ** 2 : 0),
  triggers: [{ label: FLAGGED, source: 'reversed' as const, attackSuccess: 1 / (1 + Math.exp(1.6 * (i - 5))) }],
}));
const unlearnPoints: UnlearnPoint[] = Array.from({ length: 31 }, (_, i) => ({
  update: 4 * i,
  images: 128 * i,
  ...(i > 0 && { loss: 0.8 / i }),
  cleanAccuracy: 0.99 - 0.03 * Math.exp(-(((i - 4) / 3) ** 2)),
  triggers: [{ label: FLAGGED, source: 'reversed', attackSuccess: Math.exp(-i / 3) }],
}));

export const repairReport: RepairReport = {
  version: 1,
  tool: report.tool,
  model: report.model,
  samples: report.samples,
  method: 'prune',
  labels: [FLAGGED],
  settings: {},
  rounds: [
    {
      labels: [FLAGGED],
      prune: { layer: 'fc1', neurons: 512, ranking: [], points: prunePoints, chosen: 9 },
      unlearn: unlearnPoints,
      kept: 24,
    },
  ],
  before,
  after: evaluation(0.986, 0.003),
  notes: ['225 of 512 neurons of layer fc1 are pruned; the trigger does not work any more.'],
  findings: [],
  seconds: 12,
  imagePasses: 9000,
};

/** Unlearning with as many triggers as there are at most; the curve shows some of them. */
export const manyTriggers: RepairReport = {
  ...repairReport,
  method: 'unlearn',
  rounds: [
    {
      labels: [FLAGGED],
      unlearn: unlearnPoints.map((point) => ({
        ...point,
        triggers: [1, 1.2, 1.4, 1.6, 1.8].flatMap((speed) =>
          point.triggers.map((trigger) => ({ ...trigger, attackSuccess: trigger.attackSuccess ** speed })),
        ),
      })),
      kept: 24,
    },
  ],
};

/** Repaired by the second of the methods that were tried. */
export const automatic: RepairReport = {
  ...manyTriggers,
  method: 'auto',
  rounds: manyTriggers.rounds.map((round) => ({
    ...round,
    method: 'unlearn',
    attempts: [
      { method: 'prune', result: { cleanAccuracy: 0.981, attackSuccess: 0.124, growth: 1.3 } },
      { method: 'unlearn', result: { cleanAccuracy: 0.986, attackSuccess: 0.003, growth: 6.71 } },
    ],
  })),
  relearned: [{ label: FLAGGED, before: 14.93, after: 100.2 }],
};

export function repair(change: Partial<RepairView> = {}): RepairView {
  const trigger = report.labels[FLAGGED]?.trigger;
  return {
    uri: URI,
    name: 'infected.onnx',
    state: 'ready',
    report: repairReport,
    labels: [{ label: FLAGGED, ...(trigger && { before: trigger }) }],
    ...change,
  };
}

/** Names that try to become markup. */
export const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>\u{202e}"\'`${alert(3)}';

function evaluation(cleanAccuracy: number, attackSuccess: number): Evaluation {
  return {
    cleanAccuracy,
    perClass: Array.from({ length: 10 }, (_, i) => (i === 9 ? null : cleanAccuracy - 0.002 * i)),
    triggers: [{ label: FLAGGED, source: 'reversed', attackSuccess }],
  };
}

function pictures(count: number): PreviewImage[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `${i % 10}/${i}.png`,
    image: samplePicture(i % 10, Math.floor(i / 10)),
    label: i % 10,
    predicted: i === 13 ? 8 : i % 10,
  }));
}

/** One of the bundled samples as `data:` URI. */
export function samplePicture(label: number, at = 0): string {
  const folder = path.join(ROOT, 'media/sample/images', String(label));
  const file = readdirSync(folder).sort()[at] ?? '';
  return `data:image/png;base64,${readFileSync(path.join(folder, file)).toString('base64')}`;
}
