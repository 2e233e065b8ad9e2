/** @file What a repair did, before and after: plain, versioned, serialisable, like the {@link ScanReport}. */
import type { ModelSummary, ReportFinding, SamplesSummary, ScanReport, Verdict } from './scanReport';

export const REPAIR_REPORT_VERSION = 1;

/** `auto` tries others in the order of their cost; `anp` and `i-bau` need no trigger. */
export type RepairMethod = 'auto' | 'unlearn' | 'prune' | 'i-bau' | 'anp' | 'fine-prune';

/** Success rate 0–1 of a trigger, on held-out images that are not of its label. */
export interface TriggerSuccess {
  readonly label: number;
  /** `reversed` by the scan; `given` as the attacker's own, known in tests only. */
  readonly source: 'reversed' | 'given';
  readonly attackSuccess: number;
}

/** The state of a model on the held-out images. */
export interface Evaluation {
  /** 0–1. */
  readonly cleanAccuracy: number;
  /** 0–1 by class; NaN-free: classes without images are `null`. */
  readonly perClass: readonly (number | null)[];
  readonly triggers: readonly TriggerSuccess[];
}

/** One point of a pruning curve; the first has nothing pruned. */
export interface PrunePoint {
  readonly pruned: number;
  readonly cleanAccuracy: number;
  readonly triggers: readonly TriggerSuccess[];
  /**
   * Of the reversed triggers grown a little the success of the one that works best, 0–1; absent where the reversed
   * ones still work, and where pruning does not go by triggers.
   */
  readonly grownSuccess?: number;
}

export interface PruneCurve {
  /** Name of the layer whose neurons (channels) are pruned; absent: those of all layers, one layer after the other. */
  readonly layer?: string;
  /** How many there are. */
  readonly neurons: number;
  /** Neurons in the order of pruning. */
  readonly ranking: readonly number[];
  /** Ascending in `pruned`. */
  readonly points: readonly PrunePoint[];
  /** Index into `points`. */
  readonly chosen: number;
}

/** One point of an unlearning (or fine-tuning) curve; the first is before the first update. */
export interface UnlearnPoint {
  readonly update: number;
  /** Images seen so far. */
  readonly images: number;
  /** Mean cross-entropy of the batches since the point before; absent at the first. */
  readonly loss?: number;
  readonly cleanAccuracy: number;
  readonly triggers: readonly TriggerSuccess[];
}

/** What `auto` chooses among. */
export type AutoMethod = Extract<RepairMethod, 'prune' | 'unlearn' | 'i-bau'>;

/** What a method tried by `auto` came to, on the held-out images. */
export interface RepairAttempt {
  readonly method: AutoMethod;
  /** Absent where the method cannot be used on this model. */
  readonly result?: {
    readonly cleanAccuracy: number;
    /** Of the known trigger that works best, or of one grown a little, 0–1. */
    readonly attackSuccess: number;
    /** How many times larger a trigger learned anew has to be, of the label for which that is least; absent without labels. */
    readonly growth?: number;
  };
}

/** The smallest trigger of a label, learned by a short inversion before the repair and anew against the repaired model; norms in pixels. */
export interface RelearnedTrigger {
  readonly label: number;
  readonly before: number;
  readonly after: number;
}

/** One pass of the detect–patch loop. */
export interface RepairRound {
  readonly labels: readonly number[];
  /** The method that `auto` chose, and all that it tried. */
  readonly method?: AutoMethod;
  readonly attempts?: readonly RepairAttempt[];
  readonly prune?: PruneCurve;
  readonly unlearn?: readonly UnlearnPoint[];
  /** Index into `unlearn` of the point whose weights were kept; 0 where training only made things worse. */
  readonly kept?: number;
  /** Share 0–1 of the change up to that point that was kept, where it was not all of it. */
  readonly share?: number;
  /** Of the scan after this round, where one was made. */
  readonly verdict?: Verdict;
}

/** What a repair report tells of a scan of the repaired model. */
export type RescanSummary = Pick<ScanReport, 'verdict' | 'flagged' | 'anomalyIndex' | 'pValue'>;

export function rescanSummary({ verdict, flagged, anomalyIndex, pValue }: ScanReport): RescanSummary {
  return {
    verdict,
    flagged,
    ...(anomalyIndex !== undefined && { anomalyIndex }),
    ...(pValue !== undefined && { pValue }),
  };
}

export interface RepairReport {
  readonly version: typeof REPAIR_REPORT_VERSION;
  readonly tool: string;
  readonly model: ModelSummary;
  readonly samples: SamplesSummary;
  readonly method: RepairMethod;
  /** Labels whose triggers were repaired. */
  readonly labels: readonly number[];
  readonly settings: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  readonly rounds: readonly RepairRound[];
  readonly before: Evaluation;
  readonly after: Evaluation;
  /** By label, what an attacker who knows the repair could reach. */
  readonly relearned?: readonly RelearnedTrigger[];
  /** Plain sentences: what was done, what it cost, why it stopped. */
  readonly notes: readonly string[];
  readonly findings: readonly ReportFinding[];
  /** Present once saved, re-read and evaluated again. */
  readonly saved?: { readonly file: string; readonly sha256: string };
  /** Scan of the repaired model. */
  readonly rescan?: RescanSummary;
  readonly seconds: number;
  readonly imagePasses: number;
}

/** What a repair tells while it runs. */
export interface RepairProgress {
  readonly phase: 'ranking' | 'pruning' | 'unlearning' | 'scanning' | 'evaluating' | 'saving';
  readonly done: number;
  readonly total: number;
  /** Curves as far as they go; the last round is in work. */
  readonly rounds: readonly RepairRound[];
}

/** Success of the reversed trigger that works best; 0 where there is none. */
export function worstSuccess({ triggers }: Pick<Evaluation, 'triggers'>): number {
  return Math.max(0, ...triggers.filter(({ source }) => source === 'reversed').map((trigger) => trigger.attackSuccess));
}
