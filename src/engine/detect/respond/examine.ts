/** @file Asks the network about its suspects: does a label's trigger go away when it is unlearned, and with whose? */
import type { LabelTrigger } from '../../classify/labelTrigger';
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import { isShortcut } from '../judge/rule';
import type { ResponseMeter } from './response';

/** A label with its norm in pixels and its trigger. */
export interface Suspect extends LabelTrigger {
  readonly l1: number;
  /** How much more of its effect the trigger loses when it is moved than those of other labels; NaN where it has none. */
  readonly beyondOthers: number;
}

export interface Examination {
  /** By label; see {@link ResponseMeter}. */
  readonly responses: ReadonlyMap<number, number>;
  /** Labels whose trigger goes away with that of another, by label: consequences of its backdoor, or backdoors like it. */
  readonly explainedBy: ReadonlyMap<number, number>;
  /** Labels that answer as a backdoor does, ascending by norm. */
  readonly shortcuts: readonly number[];
  readonly imagePasses: number;
}

/** Least response of a label that another could explain. */
const GOES_AWAY = 1.5;

/** A label is explained by another when unlearning the other alone brings about this share of its own response, as a power. */
const EXPLAINED = 0.5;

/** `suspects` ascending by norm. All are unlearned at once; those that respond are then told apart. */
export async function examine(
  meter: ResponseMeter,
  suspects: readonly Suspect[],
  signal?: CancelSignal,
): Promise<Examination> {
  const together = await meter.measure(suspects, labelsOf(suspects));
  let imagePasses = together.imagePasses;
  const explainedBy = new Map<number, number>();
  const found = suspects.filter(({ label, l1, beyondOthers, mask }) =>
    isShortcut({ response: together.ratios.get(label) ?? NaN, share: l1 / mask.length, beyondOthers }),
  );
  const shortcuts = labelsOf(found);
  // What does not go away with its own trigger cannot be seen to go away with another.
  let open = found.filter(({ label }) => (together.ratios.get(label) ?? NaN) >= GOES_AWAY);
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
  return { responses: together.ratios, explainedBy, shortcuts, imagePasses };
}

function labelsOf(suspects: readonly Suspect[]): number[] {
  return suspects.map(({ label }) => label);
}
