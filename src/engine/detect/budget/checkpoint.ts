/** @file What a scan keeps so that a crash or a closed window loses at most the labels in work. */
import * as z from 'zod';
import { decodeFloats, encodeFloats } from '../../support/base64';
import { parseJson } from '../../support/parseJson';
import type { Geometry, InversionResult } from '../invert/inversion';
import type { CheckpointStore } from '../scanJob';

/** Seconds between saves; a scan of many small labels must not spend its time writing. */
const SAVE_INTERVAL = 2;

/** `short`: every label's, in a race; `full`: until the trigger is as small as it gets; the same of pairs of labels. */
const stageName = z.enum(['short', 'full', 'pairs-short', 'pairs-full']);
export type StageName = z.infer<typeof stageName>;

const curvePoint = z.object({ update: z.number(), l1: z.number(), success: z.number(), lambda: z.number() });
const storedResult = z.object({
  stage: stageName,
  label: z.number(),
  seed: z.number(),
  updates: z.number(),
  curve: z.array(curvePoint),
  trigger: z.object({ l1: z.number(), mask: z.string(), pattern: z.string() }).optional(),
});
const stored = z.object({
  version: z.literal(2),
  results: z.array(storedResult),
  /** Labels chosen by the low-cost screening, when it is done. */
  screened: z.array(z.number()).optional(),
  imagePasses: z.number(),
  seconds: z.number(),
});
type Stored = z.infer<typeof stored>;

export class Checkpoint {
  #saved = -Infinity;
  /** By stage and label, decoded. */
  readonly #results = new Map<string, InversionResult[]>();

  private constructor(
    private readonly store: CheckpointStore | undefined,
    private readonly key: string,
    private readonly state: Stored,
    { channels, height, width }: Geometry,
  ) {
    const area = height * width;
    for (const { stage, trigger, ...rest } of state.results) {
      const decoded = trigger && {
        l1: trigger.l1,
        mask: decodeFloats(trigger.mask, area),
        pattern: decodeFloats(trigger.pattern, area * channels),
      };
      this.#keep(stage, { ...rest, ...(decoded && { trigger: decoded }) });
    }
  }

  /** Continues from what is stored under `key`; damaged or foreign content counts as nothing. */
  static async open(store: CheckpointStore | undefined, key: string, geometry: Geometry): Promise<Checkpoint> {
    const text = await store?.load(key);
    const parsed = text === undefined ? undefined : stored.safeParse(parseJson(text));
    return new Checkpoint(
      store,
      key,
      parsed?.success === true ? parsed.data : { version: 2, results: [], imagePasses: 0, seconds: 0 },
      geometry,
    );
  }

  get screened(): readonly number[] | undefined {
    return this.state.screened;
  }

  get imagePasses(): number {
    return this.state.imagePasses;
  }

  /** Seconds of earlier runs. */
  get seconds(): number {
    return this.state.seconds;
  }

  /** Of one label in one stage, in the order in which they were added. */
  results(stage: StageName, label: number): readonly InversionResult[] {
    return this.#results.get(`${stage} ${label}`) ?? [];
  }

  add(stage: StageName, result: InversionResult, imagePasses: number): void {
    this.#keep(stage, result);
    const { trigger, ...rest } = result;
    const encoded = trigger && {
      l1: trigger.l1,
      mask: encodeFloats(trigger.mask),
      pattern: encodeFloats(trigger.pattern),
    };
    this.state.results.push({
      stage,
      ...rest,
      curve: [...rest.curve],
      ...(encoded === undefined ? {} : { trigger: encoded }),
    });
    this.state.imagePasses += imagePasses;
  }

  #keep(stage: StageName, result: InversionResult): void {
    const key = `${stage} ${result.label}`;
    this.#results.set(key, [...(this.#results.get(key) ?? []), result]);
  }

  setScreened(labels: readonly number[], imagePasses: number): void {
    this.state.screened = [...labels];
    this.state.imagePasses += imagePasses;
  }

  /** Writes unless that was done a moment ago; `now` and `started` in seconds. */
  async save(now: number, started: number, force = false): Promise<void> {
    if (this.store === undefined || (!force && now - this.#saved < SAVE_INTERVAL)) return;
    this.#saved = now;
    await this.store.save(this.key, JSON.stringify({ ...this.state, seconds: this.state.seconds + now - started }));
  }

  /** To be called when the scan is complete. */
  async remove(): Promise<void> {
    await this.store?.remove(this.key);
  }
}
