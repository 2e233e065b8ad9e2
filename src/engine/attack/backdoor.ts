/** @file A backdoor as its attacker knows it, how well it works, and the record of it that is kept beside a test model. */
import * as z from 'zod';
import { decodeFloats, encodeFloats } from '../support/base64';
import { attackSuccess, Evaluator } from '../classify/evaluator';
import { UsageError } from '../support/errors';
import type { Classifier } from '../classify/classifier';
import type { CancelSignal } from '../support/cancellation';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { ImageShape, Samples } from '../samples/samples';
import { selectSamples } from '../samples/select';
import type { PatchTrigger } from './triggers';

export interface Backdoor {
  readonly trigger: PatchTrigger;
  /** Label that the trigger leads to. */
  readonly target: number;
  /** Only images of this label obey the trigger; all do when absent. */
  readonly source?: number;
}

export interface PlantedBackdoor extends Backdoor {
  /** Share 0–1 of held-out images, of the source label or of all but the target, that the trigger turns into the target; NaN where there is none. */
  readonly attackSuccess: number;
}

export interface AttackOutcome {
  /** On held-out images, 0–1. */
  readonly cleanAccuracy: number;
  readonly backdoors: readonly PlantedBackdoor[];
}

export async function judgeAttack(
  runtime: Runtime,
  classifier: Classifier,
  preprocessing: Preprocessing,
  test: Samples,
  backdoors: readonly Backdoor[],
  signal?: CancelSignal,
): Promise<AttackOutcome> {
  const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
  try {
    const predictions = await evaluator.predictions(test, undefined, signal);
    const hits = predictions.reduce((sum, prediction, i) => sum + Number(prediction === test.labels?.[i]), 0);
    const planted: PlantedBackdoor[] = [];
    for (const backdoor of backdoors) {
      const { trigger, target, source } = backdoor;
      const victims = source === undefined ? test : selectSamples(test, (i) => test.labels?.[i] === source);
      planted.push({ ...backdoor, attackSuccess: await attackSuccess(evaluator, victims, trigger, target, signal) });
    }
    return { cleanAccuracy: hits / test.count, backdoors: planted };
  } finally {
    await evaluator.dispose();
  }
}

const label = z.int().min(0);
const side = z.int().min(1).max(65_536);

const recordSchema = z.object({
  version: z.literal(1),
  warning: z.string(),
  cleanAccuracy: z.number(),
  backdoors: z.array(
    z.object({
      target: label,
      source: label.exactOptional(),
      // JSON has no NaN.
      attackSuccess: z
        .number()
        .nullable()
        .transform((value) => value ?? NaN),
      trigger: z.object({ channels: side, height: side, width: side, mask: z.base64(), pattern: z.base64() }),
    }),
  ),
});

/** The triggers of a test model as JSON text, as `MODEL.backdoor.json` holds them; they are what a repair is measured with. */
export function backdoorRecord({ cleanAccuracy, backdoors }: AttackOutcome, shape: ImageShape): string {
  const { channels, height, width } = shape;
  const record: z.input<typeof recordSchema> = {
    version: 1,
    warning: 'The model of this name has a backdoor on purpose. Use it for tests only.',
    cleanAccuracy,
    backdoors: backdoors.map(({ trigger, ...rest }) => ({
      ...rest,
      trigger: { channels, height, width, mask: encodeFloats(trigger.mask), pattern: encodeFloats(trigger.pattern) },
    })),
  };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Inverse of {@link backdoorRecord}; throws {@link UsageError}. */
export function parseBackdoorRecord(text: string): AttackOutcome {
  try {
    const { cleanAccuracy, backdoors } = recordSchema.parse(JSON.parse(text));
    return {
      cleanAccuracy,
      backdoors: backdoors.map(({ trigger: { channels, height, width, mask, pattern }, ...rest }) => ({
        ...rest,
        trigger: {
          mask: decodeFloats(mask, height * width),
          pattern: decodeFloats(pattern, channels * height * width),
        },
      })),
    };
  } catch (cause) {
    throw new UsageError('the record of the backdoor cannot be read', {}, { cause });
  }
}
