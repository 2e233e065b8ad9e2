/** @file Scan reports with plausible figures, for everything that renders them. */
import { encodeFloats } from '../../src/engine/support/base64';
import type { LabelResult, ScanReport, Trigger } from '../../src/engine/report/scanReport';

/** A square trigger of side `side` in the lower right corner of a 16×16 RGB image, on a faint background. */
export function squareTrigger(side: number, background = 0): Trigger {
  const size = 16;
  const mask = Float32Array.from({ length: size * size }, (_, i) =>
    Math.floor(i / size) >= size - 1 - side &&
    i % size >= size - 1 - side &&
    i % size < size - 1 &&
    i < size * (size - 1)
      ? 1
      : background,
  );
  const pattern = Float32Array.from({ length: 3 * size * size }, (_, i) => (i < size * size ? 250 : (i * 37) % 256));
  return { channels: 3, height: size, width: size, mask: encodeFloats(mask), pattern: encodeFloats(pattern) };
}

export function labelResult(label: number, change: Partial<LabelResult> = {}): LabelResult {
  const l1 = 40 + ((label * 17) % 23);
  return {
    label,
    state: 'found',
    l1,
    l1PerSeed: [l1],
    anomalyIndex: (50 - l1) / 8,
    pValue: 0.8,
    attackSuccess: 0.993,
    flagged: false,
    trigger: squareTrigger(7, 0.05),
    curve: [{ update: 31, l1: 80.5, success: 0.5, lambda: 0.001 }],
    ...change,
  };
}

export const infectedReport: ScanReport = {
  version: 1,
  tool: 'Neural Cleanse 0.1.0',
  model: {
    file: 'signs.onnx',
    format: 'ONNX',
    sha256: 'ab'.repeat(32),
    classes: 12,
    input: { channels: 3, height: 16, width: 16 },
    head: 'softmax',
  },
  samples: { source: 'images', count: 500, labelled: true, skipped: 2, preprocessing: '0–1' },
  settings: {
    preset: 'standard',
    loss: 'cross-entropy',
    seeds: 1,
    seed: 1,
    batchSize: 32,
    updates: 310,
    successThreshold: 0.99,
    pThreshold: 0.05,
    lowCostAbove: 200,
  },
  runtime: 'onnxruntime-node 1.30.0 (cpu)',
  verdict: 'infected',
  reasons: ['A trigger of 9.2 pixels sends 99.8 % of the other images to label 7; the others need 50 or more.'],
  pValue: 0.0004,
  labels: Array.from({ length: 12 }, (_, label) =>
    label === 7
      ? labelResult(7, {
          name: 'turn right',
          l1: 9.2,
          l1PerSeed: [9.2],
          anomalyIndex: 5.1,
          pValue: 0.0004,
          attackSuccess: 0.998,
          flagged: true,
          trigger: squareTrigger(3),
        })
      : labelResult(label),
  ),
  flagged: [7],
  median: 50,
  mad: 8,
  anomalyIndex: 5.1,
  cleanAccuracy: 0.964,
  findings: [{ severity: 'note', place: 'conv1', message: 'The layer has an unused bias.' }],
  seconds: 83.4,
  imagePasses: 119_040,
};

export const cleanReport: ScanReport = {
  ...infectedReport,
  verdict: 'clean',
  reasons: ['No label needs a much smaller trigger than the others.'],
  pValue: 0.8,
  labels: Array.from({ length: 12 }, (_, label) => labelResult(label)),
  flagged: [],
  anomalyIndex: 1.25,
  findings: [],
};

/** Few figures are known here: unlabelled samples, and labels in every state. */
export const inconclusiveReport: ScanReport = {
  version: 1,
  tool: cleanReport.tool,
  model: cleanReport.model,
  samples: { ...cleanReport.samples, labelled: false },
  settings: cleanReport.settings,
  runtime: cleanReport.runtime,
  verdict: 'inconclusive',
  reasons: ['No label reached the success rate.', 'The samples have no labels, so the accuracy is not known.'],
  labels: (['not-reached', 'screened', 'not-scanned'] as const).map((state, label) => ({
    label,
    state,
    l1PerSeed: [],
    flagged: false,
    curve: [],
  })),
  flagged: [],
  findings: [],
  seconds: cleanReport.seconds,
  imagePasses: cleanReport.imagePasses,
};

/** Names and messages that try to break out of every output format. */
export const hostileReport: ScanReport = {
  ...infectedReport,
  model: { ...infectedReport.model, file: '"><script>alert(1)</script>\u{1b}[2J.onnx', head: '<b>' },
  samples: { ...infectedReport.samples, source: '</td><img src=x onerror=alert(2)>', preprocessing: '\'"' },
  reasons: ['</li><style>*{display:none}</style>'],
  labels: infectedReport.labels.map((label) =>
    label.flagged ? { ...label, name: '\u{202e}</title><script>alert(3)</script>\r\n\u{9b}31m' } : label,
  ),
  findings: [{ severity: 'warning', place: '</code><script>', message: '\u{1b}]0;owned\u{7}<iframe>' }],
};

/** One label is reached from one other only. */
export const pairsReport: ScanReport = {
  ...infectedReport,
  settings: { ...infectedReport.settings, pairs: true },
  labels: infectedReport.labels.map((label) => (label.flagged ? { ...label, sourceLabel: 2 } : label)),
  pairs: [
    {
      ...{ source: 1, target: 4, l1: 10.3, relativeL1: 0.61, attackSuccess: 0.98 },
      ...{ effectOnOthers: 0.31, tiedToPlace: 0.05, response: 1.9, flagged: false },
    },
    {
      ...{ source: 2, target: 7, l1: 9.2, relativeL1: 0.14, attackSuccess: 0.97 },
      ...{ effectOnOthers: -0.02, tiedToPlace: 0.4, response: 5.2, flagged: true },
    },
  ],
};
