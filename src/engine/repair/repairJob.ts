/** @file What a repair takes in and what it tells while it runs. */
import type { LabelChoice } from '../scan/reversedTriggers';
import type { PrepareRequest } from '../scan/prepareScan';
import type { ScanReport } from '../report/scanReport';
import type { KnownTrigger } from './judge';
import type { CancelSignal } from '../support/cancellation';
import type { RepairMethod, RepairProgress } from '../report/repairReport';

export interface RepairSettings {
  readonly method: RepairMethod;
  /** Layer to prune by name; absent: the last convolution. */
  readonly layer?: string;
  /** Largest loss of accuracy, 0–1, that is accepted. */
  readonly maxAccuracyLoss: number;
  /** Scan and repair again until nothing is flagged. */
  readonly loop: boolean;
  /** Rounds of the loop at most. */
  readonly maxRounds: number;
  /** Further triggers that are looked for before unlearning, over all labels: one reversed trigger tells only part of the original. */
  readonly extraTriggers: number;
  /** Share of the samples that the repair works with; the others judge it. */
  readonly repairShare: number;
  readonly seed: number;
}

export const REPAIR_DEFAULTS: Omit<RepairSettings, 'method'> = {
  maxAccuracyLoss: 0.015,
  loop: false,
  maxRounds: 5,
  extraTriggers: 4,
  repairShare: 0.5,
  seed: 1,
};

export interface RepairRequest extends PrepareRequest {
  /** Of a scan of this very file. */
  readonly report: ScanReport;
  readonly labelChoice: LabelChoice;
  readonly settings: Partial<RepairSettings> & Pick<RepairSettings, 'method'>;
  /** The attacker's own triggers, where they are known: they are measured, and nothing is decided by them. */
  readonly givenTriggers?: readonly KnownTrigger[];
  /** Seconds since some fixed point. */
  readonly now: () => number;
}

export interface RepairEvents {
  onProgress?(progress: RepairProgress): void;
  readonly signal?: CancelSignal;
}
