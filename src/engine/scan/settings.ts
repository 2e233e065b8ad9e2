/** @file Presets and bounds of a scan's settings. */
import { UsageError } from '../support/errors';
import type { ScanSettings } from '../report/scanReport';

type Preset = ScanSettings['preset'];

const STANDARD: Omit<ScanSettings, 'preset' | 'updates' | 'batchSize'> = {
  scheme: 'race',
  loss: 'cross-entropy',
  seeds: 1,
  seed: 1,
  successThreshold: 0.99,
  pThreshold: 0.01,
  // Screening and the 200 labels after it cost more than they save with fewer labels: at 400 they halve the scan.
  lowCostAbove: 400,
};

/** Of an inversion to the end. */
const SCHEMES: Readonly<Record<NonNullable<ScanSettings['scheme']>, Pick<ScanSettings, 'updates' | 'batchSize'>>> = {
  race: { updates: 200, batchSize: 16 },
  // 9,600 image passes per label; the authors spend up to 992,000 without a better index.
  paper: { updates: 300, batchSize: 32 },
};

const PRESETS: Readonly<Record<Preset, Partial<ScanSettings>>> = {
  quick: { updates: 100 },
  standard: {},
  thorough: { seeds: 3, updates: 500 },
};

/** The preset with the user's changes; throws {@link UsageError} for values out of range. */
export function completeSettings(changes: Partial<ScanSettings>, classes: number): ScanSettings {
  const preset = changes.preset ?? 'standard';
  const scheme = SCHEMES[changes.scheme ?? 'race'];
  const settings: ScanSettings = { ...STANDARD, ...scheme, ...PRESETS[preset], ...changes, preset };
  const whole = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw new UsageError(`the setting "${name}" is out of range`, {
      expected: `a whole number from ${least} to ${most}`,
      got: String(value),
    });
  };
  const share = (name: string, value: number): void => {
    if (value > 0 && value <= 1) return;
    throw new UsageError(`the setting "${name}" is out of range`, {
      expected: 'more than 0, at most 1',
      got: String(value),
    });
  };
  whole('seeds', settings.seeds, 1, 100);
  whole('seed', settings.seed, 0, 1_000_000);
  whole('batchSize', settings.batchSize, 1, 1024);
  whole('updates', settings.updates, 5, 100_000);
  whole('lowCostAbove', settings.lowCostAbove, 0, 1_000_000);
  share('successThreshold', settings.successThreshold);
  share('pThreshold', settings.pThreshold);
  for (const label of settings.labels ?? []) whole('labels', label, 0, classes - 1);
  return settings;
}
