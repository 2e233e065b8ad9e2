/** @file One round of a repair by the method asked for. */
import { anpRound } from './anp/anpRound';
import { autoRound } from './auto/autoRound';
import { iBauRound } from './i-bau/iBauRound';
import { finePruneRound } from './prune/finePruneRound';
import { pruneRound } from './prune/pruneRound';
import type { RoundJob, RoundResult } from './roundJob';
import { unlearnRound } from './unlearn/unlearnRound';

export function repairRound(job: RoundJob): Promise<RoundResult> {
  switch (job.settings.method) {
    case 'auto':
      return autoRound(job);
    case 'unlearn':
      return unlearnRound(job);
    case 'prune':
      return pruneRound(job);
    case 'i-bau':
      return iBauRound(job);
    case 'anp':
      return anpRound(job);
    case 'fine-prune':
      return finePruneRound(job);
  }
}
