/** @file The one result every surface renders from: plain, versioned, serialisable. Nothing recomputes it. */

export const REPORT_VERSION = 1;

export type Verdict = 'infected' | 'clean' | 'inconclusive';

/** Which cross-entropy drives the inversion: the true one, or the authors' with swapped arguments (16.118·(1 − p)). */
export type LossKind = 'cross-entropy' | 'authors';

/** Everything that determines the numbers of a scan; part of the checkpoint's key. */
export interface ScanSettings {
  /**
   * `race`: all labels briefly, the smallest to the end; `paper`: every label to the end, above {@link lowCostAbove} labels those that
   * its low-cost scheme leaves. Absent in reports from before there was a race: `paper`.
   */
  readonly scheme?: 'race' | 'paper';
  readonly preset: 'quick' | 'standard' | 'thorough';
  readonly loss: LossKind;
  /** Independent inversions per label, of which the smallest trigger counts. */
  readonly seeds: number;
  /** First seed. */
  readonly seed: number;
  /** Images per update. */
  readonly batchSize: number;
  /** Adam updates per label and seed. */
  readonly updates: number;
  /** Attack success rate a trigger must reach, 0–1. */
  readonly successThreshold: number;
  /** Largest family-wise p-value that counts as infected, 0–1. */
  readonly pThreshold: number;
  /** Labels scanned; all when absent. */
  readonly labels?: readonly number[];
  /** Look for source-specific backdoors, too. */
  readonly pairs?: true;
  /** Above this number of labels the paper's scheme screens them first (V-B); 0 never. */
  readonly lowCostAbove: number;
}

/** A reversed trigger. `mask` holds H·W values 0–1, `pattern` C·H·W raw pixel values 0–255 (CHW). */
export interface Trigger {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Base64 of little-endian float32. */
  readonly mask: string;
  readonly pattern: string;
}

/** One point of a label's optimisation, averaged over the updates since the point before. */
export interface CurvePoint {
  readonly update: number;
  readonly l1: number;
  /** Attack success rate 0–1 on the optimisation batches. */
  readonly success: number;
  readonly lambda: number;
}

export interface LabelResult {
  readonly label: number;
  readonly name?: string;
  /**
   * `found`: a trigger reached the success threshold; `not-reached`: none did, so the L1 says nothing;
   * `screened`: dismissed by the low-cost scheme before full optimisation; `not-scanned`: left out.
   */
  readonly state: 'found' | 'not-reached' | 'screened' | 'not-scanned';
  /** Σ mask of the smallest trigger over the seeds, in pixels; absent where none was found. */
  readonly l1?: number;
  /** Σ mask after as many updates as every label had, which is what index and p-value compare; absent where all labels had the same anyway. */
  readonly comparedL1?: number;
  /** Set where the race ended early for the label, because it is no suspect: more updates would make its trigger smaller. */
  readonly stopped?: true;
  /** L1 of each seed's trigger. */
  readonly l1PerSeed: readonly number[];
  /** The paper's anomaly index |L1 − median| / (1.4826·MAD); negative above the median. */
  readonly anomalyIndex?: number;
  /** Family-wise p-value: how often a clean model with this many labels shows a label this small. */
  readonly pValue?: number;
  /** Success rate 0–1 of the reversed trigger on all samples that are not of this label. */
  readonly attackSuccess?: number;
  /**
   * How many times harder the label is to reach once its trigger was unlearned for a moment; only of the smallest labels. A backdoor
   * goes away, a feature of the class stays.
   */
  readonly response?: number;
  /**
   * Share of its effect that the trigger loses when it is moved, about 0 to 1; only of labels that have a `response`. A backdoor's works where it was put, a feature of the
   * class elsewhere too.
   */
  readonly lostWhenMoved?: number;
  /** Set where the trigger goes away with that of another label: this one may be vulnerable only because of the other's backdoor. */
  readonly explainedBy?: number;
  readonly flagged: boolean;
  /** Set where only images of this label obey the trigger: norm, trigger and success are those of the pair. */
  readonly sourceLabel?: number;
  /** The smallest trigger over the seeds. */
  readonly trigger?: Trigger;
  readonly curve: readonly CurvePoint[];
}

/** How images of one label, the source, are led to another, the target. */
export interface PairResult {
  readonly source: number;
  readonly target: number;
  /** Σ mask of the trigger, in pixels. */
  readonly l1: number;
  /** Its norm after a short inversion by what is expected of it: by the other pairs of its source and of its target, and by networks that no attacker has touched. */
  readonly relativeL1: number;
  /** Success rate 0–1 on images of the source. */
  readonly attackSuccess: number;
  /** What the trigger does to the target's margin on images of other labels, as a share of what it does on those of its source. */
  readonly effectOnOthers: number;
  /** How much more of its effect the trigger loses when it is moved on the image than when the image is moved under it, as a share. */
  readonly tiedToPlace: number;
  /** As of a label; absent where the network cannot unlearn. */
  readonly response?: number;
  /** The trigger of a flagged one is that of its target among the labels. */
  readonly flagged: boolean;
}

export interface SamplesSummary {
  readonly source: string;
  readonly count: number;
  readonly labelled: boolean;
  /** Set where they were made up, so that the scan was a first look only. */
  readonly generated?: true;
  readonly skipped: number;
  readonly preprocessing: string;
}

export interface ModelSummary {
  readonly file: string;
  readonly format: string;
  /** SHA-256 over all parts, hex. */
  readonly sha256: string;
  readonly classes: number;
  readonly input: { readonly channels: number; readonly height: number; readonly width: number };
  readonly head: string;
}

export interface ReportFinding {
  readonly severity: 'note' | 'warning';
  readonly place?: string;
  readonly message: string;
}

export interface ScanReport {
  readonly version: typeof REPORT_VERSION;
  readonly tool: string;
  readonly model: ModelSummary;
  readonly samples: SamplesSummary;
  readonly settings: ScanSettings;
  readonly runtime: string;
  readonly verdict: Verdict;
  /** Plain sentences: why this verdict, and what cannot be known. */
  readonly reasons: readonly string[];
  /** Smallest p-value over the labels. */
  readonly pValue?: number;
  /** In label order. */
  readonly labels: readonly LabelResult[];
  readonly flagged: readonly number[];
  /** Where pairs were looked for: those with the smallest triggers by what their source and target let one expect, that first. */
  readonly pairs?: readonly PairResult[];
  /** Of the L1 that labels are compared by, over those with a trigger. */
  readonly median?: number;
  /** 1.4826 · median absolute deviation of L1. */
  readonly mad?: number;
  /** Anomaly index of the smallest L1. */
  readonly anomalyIndex?: number;
  /** 0–1; absent for unlabelled samples. */
  readonly cleanAccuracy?: number;
  readonly findings: readonly ReportFinding[];
  /** Wall-clock seconds of the scan, resumed parts included. */
  readonly seconds: number;
  /** Images passed forward and backward. */
  readonly imagePasses: number;
}
