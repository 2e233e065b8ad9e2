/** @file A filter as it is saved: a small JSON file that belongs to one model file. */
import * as z from 'zod';
import { UsageError } from '../support/errors';
import { preprocessingSchema, type Preprocessing } from '../samples/preprocessing/preprocessing';
import type { ImageShape } from '../samples/samples';
import type { FilterPoint } from './curve';

/** How images with one trigger differ from clean ones. */
export interface FilterProfile {
  /** Label that the trigger leads to. */
  readonly label: number;
  /**
   * Per layer of the filter: of its neurons' strongest activations over the places of the image, then of their means; of a layer without places
   * just of the activations. The sum over weight × activation, plus {@link offset}, is the image's score.
   */
  readonly weights: readonly (readonly number[])[];
  readonly offset: number;
  /** Images with a larger score are rejected; in standard deviations of the clean images' scores, from their mean. */
  readonly threshold: number;
  /** On the images of the calibration, with the reversed trigger; ascending in the false positive rate. */
  readonly curve: readonly FilterPoint[];
}

/** Plain and serialisable. */
export interface SavedFilter {
  readonly version: 2;
  readonly tool: string;
  readonly model: { readonly file: string; readonly sha256: string };
  readonly input: ImageShape;
  readonly preprocessing: Preprocessing;
  /** Names of the layers whose neurons are looked at, in the order of the weights. */
  readonly layers: readonly string[];
  /** What was asked for, 0–1; divided between the profiles. */
  readonly falsePositiveRate: number;
  /** Clean images of the calibration. */
  readonly images: number;
  readonly profiles: readonly FilterProfile[];
}

export function filterText(filter: SavedFilter): string {
  return `${JSON.stringify(filter, undefined, 2)}\n`;
}

const MAX_NEURONS = 100_000;
const MAX_LAYERS = 100;

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const size = z.int().min(1).max(65_536);

const schema = z.object({
  version: z.literal(2),
  tool: z.string(),
  model: z.object({ file: z.string(), sha256: z.string() }),
  input: z.object({ channels: size, height: size, width: size }),
  preprocessing: preprocessingSchema,
  layers: z.array(z.string()).min(1).max(MAX_LAYERS),
  falsePositiveRate: share,
  images: count,
  profiles: z
    .array(
      z.object({
        label: count,
        weights: z.array(z.array(z.number()).min(1).max(MAX_NEURONS)).min(1).max(MAX_LAYERS),
        offset: z.number(),
        threshold: z.number(),
        curve: z.array(z.object({ threshold: z.number(), falsePositiveRate: share, falseNegativeRate: share })),
      }),
    )
    .min(1)
    .max(MAX_NEURONS),
}) satisfies z.ZodType<SavedFilter>;

/** Inverse of {@link filterText}; throws {@link UsageError} naming the first member that does not fit. */
export function parseFilter(text: string, file: string): SavedFilter {
  const wrong = (got: string, place?: string, cause?: unknown): UsageError =>
    new UsageError(
      'the filter cannot be read',
      {
        ...{ file, ...(place !== undefined && { place }), expected: 'a filter as --calibrate saves it', got },
        hint: 'Calibrate a filter for this model.',
      },
      { cause },
    );
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw wrong('no JSON', undefined, cause);
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(issue?.message ?? 'something else', issue?.path.join('.'));
}
