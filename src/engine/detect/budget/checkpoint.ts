/** @file What a scan keeps so that a crash or a closed window loses at most the labels in work. */
import * as z from 'zod';
import { decodeFloats, encodeFloats } from '../../support/base64';
import type { InversionResult } from '../invert/inversion';
import type { CheckpointStore } from '../scanJob';

/** Seconds between saves; a scan of many small labels must not spend its time writing. */
const SAVE_INTERVAL = 2;

const curvePoint = z.object({ update: z.number(), l1: z.number(), success: z.number(), lambda: z.number() });
const storedResult = z.object({
  label: z.number(),
  seed: z.number(),
  updates: z.number(),
  curve: z.array(curvePoint),
  trigger: z.object({ l1: z.number(), mask: z.string(), pattern: z.string() }).optional(),
});
const stored = z.object({
  version: z.literal(1),
  results: z.array(storedResult),
  /** Labels chosen by the low-cost screening, when it is done. */
  screened: z.array(z.number()).optional(),
  imagePasses: z.number(),
  seconds: z.number(),
});
type Stored = z.infer<typeof stored>;

export class Checkpoint {
  #saved = -Infinity;

  private constructor(
    private readonly store: CheckpointStore | undefined,
    private readonly key: string,
    private readonly state: Stored,
  ) {}

  /** Continues from what is stored under `key`; damaged or foreign content counts as nothing. */
  static async open(store: CheckpointStore | undefined, key: string): Promise<Checkpoint> {
    const text = await store?.load(key);
    const parsed = text === undefined ? undefined : stored.safeParse(parseJson(text));
    return new Checkpoint(
      store,
      key,
      parsed?.success === true ? parsed.data : { version: 1, results: [], imagePasses: 0, seconds: 0 },
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

  /** Results so far; `area` is H·W, `channels` C, for decoding. */
  results(area: number, channels: number): InversionResult[] {
    return this.state.results.map(({ trigger, ...rest }) => {
      if (trigger === undefined) return rest;
      const { l1, mask, pattern } = trigger;
      return {
        ...rest,
        trigger: { l1, mask: decodeFloats(mask, area), pattern: decodeFloats(pattern, area * channels) },
      };
    });
  }

  add(result: InversionResult, imagePasses: number): void {
    const { trigger, ...rest } = result;
    const encoded = trigger && {
      l1: trigger.l1,
      mask: encodeFloats(trigger.mask),
      pattern: encodeFloats(trigger.pattern),
    };
    this.state.results.push({
      ...rest,
      curve: [...rest.curve],
      ...(encoded === undefined ? {} : { trigger: encoded }),
    });
    this.state.imagePasses += imagePasses;
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
