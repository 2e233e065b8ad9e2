/** @file The paper's low-cost scheme for many labels (section V-B): screen all labels briefly, scan a few fully. */
import type { CancelSignal } from '../../support/cancellation';
import { Random } from '../../support/random';
import type { CleanImages } from '../../samples/samples';
import { Inversion, type Geometry } from '../invert/inversion';
import { SHORT_SCHEDULE } from '../invert/shortInversion';
import { InversionTask, runInversions, type InvertEvents } from '../invert/runInversions';
import type { TriggerStep } from '../invert/triggerStep';

/** Labels that go on to full optimisation: the smallest, and as many drawn at random to compare them with. */
export const TOP = 100;
const REFERENCE = 100;
/** The ranking is stable when more than half of the top stays for so many iterations. */
const STABLE_OVERLAP = TOP / 2;
const STABLE_ITERATIONS = 10;
/** Bound for rankings that never settle. */
const MAX_ITERATIONS = 24;

/** Schedule of an iteration. */
export const SCREENING = {
  ...SHORT_SCHEDULE,
  updates: Infinity,
  /** Updates per label that are usual before the ranking settles; for the estimate of time only. */
  planned: 48,
} as const;

export interface Screening {
  /** Labels for full optimisation, ascending. */
  readonly chosen: readonly number[];
  readonly imagePasses: number;
  readonly iterations: number;
}

/** `step` has {@link SCREENING}'s batch. Deterministic for one `seed`. */
export async function screenLabels(
  step: TriggerStep,
  labels: readonly number[],
  images: CleanImages,
  geometry: Geometry,
  seed: number,
  events: Pick<InvertEvents, 'onUpdate'> & { readonly signal?: CancelSignal },
): Promise<Screening> {
  const tasks = labels.map((label) => new InversionTask(new Inversion(label, seed, geometry, SCREENING), images));
  let top = new Set<number>();
  let [stable, iterations, imagePasses] = [0, 0, 0];
  while (stable < STABLE_ITERATIONS && iterations < MAX_ITERATIONS) {
    iterations++;
    const goal = iterations * SCREENING.roundUpdates;
    imagePasses += await runInversions(step, tasks, geometry, ({ inversion }) => inversion.updates >= goal, events);
    const next = new Set(smallest(tasks.map(({ inversion }) => inversion)));
    const overlap = [...next].filter((label) => top.has(label)).length;
    stable = overlap > STABLE_OVERLAP ? stable + 1 : 0;
    top = next;
  }
  return { chosen: [...top, ...reference(labels, top, seed)].sort((a, b) => a - b), imagePasses, iterations };
}

function smallest(inversions: readonly Inversion[]): number[] {
  return ranked(inversions).slice(0, TOP);
}

/** Their labels, the smallest trigger first. */
export function ranked(inversions: readonly Inversion[]): number[] {
  const l1 = (inversion: Inversion): number => inversion.latest?.l1 ?? Infinity;
  return inversions.toSorted((a, b) => l1(a) - l1(b)).map((inversion) => inversion.label);
}

function reference(labels: readonly number[], top: ReadonlySet<number>, seed: number): number[] {
  const rest = labels.filter((label) => !top.has(label));
  new Random(seed).shuffle(rest);
  return rest.slice(0, REFERENCE);
}
