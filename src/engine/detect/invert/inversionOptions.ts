/** @file How an inversion runs to the end under the settings of a scan. */
import type { ScanSettings } from '../../report/scanReport';
import type { InversionOptions } from './inversion';

export function inversionOptions(settings: ScanSettings): InversionOptions {
  return {
    updates: settings.updates,
    batch: settings.batchSize,
    successThreshold: settings.successThreshold,
    // The authors adapt λ after 5 × 31 updates; in a budget of 300 it must move about every fourth.
    roundUpdates: 4,
    initialLambda: 1e-3,
    patience: 1,
    multiplier: 2,
    earlyStopRounds: 25,
  };
}
