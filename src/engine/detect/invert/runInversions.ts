/** @file Runs many inversions, several at a time in one graph. */
import { throwIfCancelled, type CancelSignal } from '../../support/cancellation';
import { InversionImages } from './inversionImages';
import { type CleanImages } from '../../samples/samples';
import type { Inversion } from './inversion';
import { type Geometry } from './inversion';
import type { TriggerStep } from './triggerStep';

/** An inversion with its own stream of images. */
export class InversionTask {
  readonly stream: InversionImages;

  constructor(
    readonly inversion: Inversion,
    images: CleanImages,
    /** Where the trigger has to work on images of this label only. */
    readonly sourceLabel?: number,
  ) {
    this.stream = new InversionImages(images, inversion.label, inversion.seed * 7919 + inversion.label, sourceLabel);
  }
}

export interface InvertEvents {
  /** After each update of the tasks in work. */
  onUpdate?(active: readonly InversionTask[]): void;
  /** A task has reached its end. */
  onFinished?(task: InversionTask): Promise<void> | void;
  readonly signal?: CancelSignal;
}

/**
 * Runs every task until `finished(task)`. Tasks share the step's slots: as soon as one ends the next takes
 * its place. Returns the number of image passes spent on tasks.
 */
export async function runInversions(
  step: TriggerStep,
  tasks: Iterable<InversionTask>,
  geometry: Geometry,
  finished: (task: InversionTask) => boolean,
  events: InvertEvents = {},
): Promise<number> {
  const { labels: slots, batch } = step.shape;
  const area = geometry.height * geometry.width;
  const size = geometry.channels * area;
  const buffers = {
    images: new Float32Array(slots * batch * size),
    maskVariable: new Float32Array(slots * area),
    patternVariable: new Float32Array(slots * size),
    lambdas: new Float32Array(slots),
  };
  const targets = new Array<number>(slots).fill(0);
  const queue = tasks[Symbol.iterator]();
  const active: (InversionTask | undefined)[] = Array.from({ length: slots }, () => take(queue));
  let passes = 0;

  while (active.some((task) => task !== undefined)) {
    throwIfCancelled(events.signal);
    active.forEach((task, slot) => {
      if (task === undefined) return;
      task.stream.fill(buffers.images, slot * batch * size, batch);
      buffers.maskVariable.set(task.inversion.maskVariable, slot * area);
      buffers.patternVariable.set(task.inversion.patternVariable, slot * size);
      buffers.lambdas[slot] = task.inversion.lambda;
      targets[slot] = task.inversion.label;
    });
    const outputs = await step.run({ ...buffers, targets });
    for (const [slot, task] of active.entries()) {
      if (task === undefined) continue;
      passes += batch;
      task.inversion.update({
        l1: outputs.l1[slot] ?? NaN,
        successes: outputs.successes[slot] ?? NaN,
        maskGradient: outputs.maskGradient.subarray(slot * area, (slot + 1) * area),
        patternGradient: outputs.patternGradient.subarray(slot * size, (slot + 1) * size),
      });
    }
    events.onUpdate?.(active.filter((task) => task !== undefined));
    for (const [slot, task] of active.entries()) {
      if (task === undefined || !finished(task)) continue;
      await events.onFinished?.(task);
      active[slot] = take(queue);
    }
  }
  return passes;
}

/** Tasks made one by one when their turn comes, so that memory does not grow with their number. */
export function* lazily<T>(items: Iterable<T>, make: (item: T) => InversionTask): Generator<InversionTask> {
  for (const item of items) yield make(item);
}

function take<T>(queue: Iterator<T>): T | undefined {
  const next = queue.next();
  return next.done === true ? undefined : next.value;
}
