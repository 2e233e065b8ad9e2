/** @file One round of a repair by the method asked for. */
import { finePruneRound } from './prune/finePruneRound';
import { pruneRound } from './prune/pruneRound';
import type { RoundJob, RoundResult } from './roundJob';
import { unlearnRound } from './unlearn/unlearnRound';

export function repairRound(job: RoundJob): Promise<RoundResult> {
  switch (job.settings.method) {
    case 'prune':
      return pruneRound(job);
    case 'unlearn':
      return unlearnRound(job);
    case 'fine-prune':
      return finePruneRound(job);
  }
}
