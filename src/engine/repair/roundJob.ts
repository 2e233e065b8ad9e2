/** @file What a round of a repair takes in and what comes out. */
import type { Classifier } from '../classify/classifier';
import { type Tensor } from '../graph/tensor';
import type { CancelSignal } from '../support/cancellation';
import type { Evaluation, RelearnedTrigger, RepairProgress, RepairRound } from '../report/repairReport';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { Judge, KnownTrigger } from './judge';
import type { Relearning } from './relearn';
import type { RepairSettings } from './repairJob';
import type { LabelledImages } from '../samples/samples';

export interface RoundJob {
  readonly runtime: Runtime;
  /** With the weights of the rounds before. */
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: LabelledImages;
  /** Those that the scans reversed so far; none where the user only distrusts the model. */
  readonly triggers: readonly KnownTrigger[];
  /** Those of labels that were not flagged, where none was: the smallest shortcuts that are known. */
  readonly suspects: readonly KnownTrigger[];
  /** Looks for others of `labels`, for training: one reversed trigger tells only part of the original. The judge follows them, too. */
  findMore(): Promise<Pick<RoundJob, 'triggers' | 'judge' | 'before'>>;
  /** Labels whose triggers are new. */
  readonly labels: readonly number[];
  /** Initializers that the file can take back. */
  readonly writable: ReadonlySet<string>;
  readonly settings: RepairSettings;
  readonly judge: Judge;
  /** Follows the triggers grown a little, as the attacker's own are larger than the reversed ones. */
  thickenedJudge(): Judge;
  /** Of `classifier`. */
  readonly before: Evaluation;
  /** Of `labels`, against `classifier`. */
  readonly relearning: Relearning;
  /** Least accuracy that is accepted, 0–1. */
  readonly leastAccuracy: number;
  readonly signal?: CancelSignal;
  onProgress(phase: RepairProgress['phase'], done: number, total: number, round: RepairRound): void;
}

export interface RoundResult {
  readonly round: RepairRound;
  /** Changed weights by initializer. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The weights at another point of the pruning curve; absent where a later step rests on the chosen one. */
  readonly weightsAt?: (point: number) => ReadonlyMap<string, Tensor>;
  readonly imagePasses: number;
  /** What could be learned anew against the result, where the round wanted to know. */
  readonly relearned?: readonly RelearnedTrigger[];
}
