/** @file What the attack commands say and leave behind: a warning, the record of the triggers, a line with the result. */
import { backdoorRecord, type AttackOutcome } from '../engine/attack/backdoor';
import { formatPercent } from '../engine/support/numberText';
import type { ImageShape } from '../engine/samples/samples';
import { atomicWrite } from '../runner/files/atomicWrite';
import type { Terminal } from './terminal';

export function warnOfBackdoor(out: string, terminal: Terminal): void {
  terminal.tell(`WARNING: ${out} will hold a backdoor on purpose. Use it for tests only.`);
}

/** The triggers beside the model, so that a repair can be measured with them; nothing for a clean model. */
export async function writeRecord(out: string, outcome: AttackOutcome, shape: ImageShape): Promise<void> {
  if (outcome.backdoors.length > 0) await atomicWrite(`${out}.backdoor.json`, backdoorRecord(outcome, shape));
}

export function attackResult(out: string, { cleanAccuracy, backdoors }: AttackOutcome): string {
  const accuracy = `accuracy ${formatPercent(cleanAccuracy)}`;
  const rates = backdoors
    .map(({ attackSuccess }) => (Number.isNaN(attackSuccess) ? 'not measured' : formatPercent(attackSuccess)))
    .join(', ');
  const targets = [...new Set(backdoors.map(({ target }) => target))].join(', ');
  return backdoors.length === 0
    ? `${out}: clean, ${accuracy}\n`
    : `${out}: INFECTED ON PURPOSE, target ${targets}, ${accuracy}, attack success ${rates}\n`;
}
