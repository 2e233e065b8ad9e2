/** @file Asks the network about its suspects: does a label's trigger go away when it is unlearned, and with whose? */
import type { LabelTrigger } from '../../classify/labelTrigger';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import { isShortcut } from '../judge/rule';
import type { ResponseMeter } from './response';

/** A label with its norm in pixels and its trigger. */
export interface Suspect extends LabelTrigger {
  readonly l1: number;
}

export interface Examination {
  /** By label; see {@link ResponseMeter}. */
  readonly responses: ReadonlyMap<number, number>;
  /** Labels whose trigger goes away with that of another, by label: consequences of its backdoor, or backdoors like it. */
  readonly explainedBy: ReadonlyMap<number, number>;
  readonly imagePasses: number;
}

/** However few they are, so many labels are asked: what the smallest ones answer tells even a clean model from an infected one. */
const ALWAYS = 3;
const MOST = 16;
/** A label is asked whose norm is at most this share of the upper quartile, which a third of infected labels leaves alone. */
const SMALL = 0.6;
/** A label is explained by another when unlearning the other alone brings about this share of its own response, as a power. */
const EXPLAINED = 0.5;

/** The smallest ones, ascending. */
export function chooseSuspects<T extends { readonly l1: number }>(found: readonly T[]): T[] {
  const sorted = found.toSorted((a, b) => a.l1 - b.l1);
  const quartile = sorted[Math.floor(0.75 * (sorted.length - 1))]?.l1 ?? NaN;
  const small = sorted.filter(({ l1 }) => l1 <= SMALL * quartile).length;
  return sorted.slice(0, Math.min(MOST, Math.max(ALWAYS, small)));
}

/** `suspects` ascending by norm. All are unlearned at once; those that respond are then told apart. */
export async function examine(
  meter: ResponseMeter,
  suspects: readonly Suspect[],
  signal?: CancelSignal,
): Promise<Examination> {
  const together = await meter.measure(suspects, labelsOf(suspects));
  let imagePasses = together.imagePasses;
  const explainedBy = new Map<number, number>();
  let open = suspects.filter(({ label, l1, mask }) => isShortcut(together.ratios.get(label), l1 / mask.length));
  const unlearned: Suspect[] = [];
  for (let first = open.shift(); first !== undefined && open.length > 0; first = open.shift()) {
    throwIfCancelled(signal);
    unlearned.push(first);
    const without = await meter.measure(unlearned, labelsOf(open));
    imagePasses += without.imagePasses;
    const { label: cause } = first;
    open = open.filter(({ label }) => {
      const own = together.ratios.get(label) ?? NaN;
      const explained = (without.ratios.get(label) ?? NaN) >= Math.max(1, own) ** EXPLAINED;
      if (explained) explainedBy.set(label, cause);
      return !explained;
    });
  }
  return { responses: together.ratios, explainedBy, imagePasses };
}

function labelsOf(suspects: readonly Suspect[]): number[] {
  return suspects.map(({ label }) => label);
}
