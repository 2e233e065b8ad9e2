/** @file What the attacker of a planned model plants. */
import type { Backdoor } from '../../src/engine/attack/backdoor';
import { makeBackdoors } from '../../src/engine/attack/makeBackdoors';
import { blendedTrigger, PLACES, type PatchOptions } from '../../src/engine/attack/triggers';
import type { ImageShape } from '../../src/engine/samples/samples';
import { Random } from '../../src/engine/support/random';
import type { Attack, ModelPlan } from './plan';

/** Targets, places and colours depend on the seed, so that no label and no corner is special. */
export function backdoorsOf({ attack, seed, id }: ModelPlan, shape: ImageShape, classes: number): Backdoor[] {
  if (attack === undefined) return [];
  const random = new Random(
    Array.from(id, (letter) => letter.charCodeAt(0)).reduce((hash, code) => (hash * 31 + code) >>> 0, seed),
  );
  const target = random.integer(classes);
  const place = PLACES[random.integer(PLACES.length)] ?? 'bottom-right';
  const common = { positions: [place], size: 4, pattern: 'white', targets: [target], seed: 100 * seed } as const;
  switch (attack.kind) {
    case 'square':
      return makeBackdoors(shape, classes, { ...common, size: attack.size, ...patchOf(attack.pattern) });
    case 'labels': {
      const targets = [...random.shuffle(Int32Array.from({ length: classes }, (_, i) => i)).subarray(0, attack.count)];
      return makeBackdoors(shape, classes, { ...common, targets, size: attack.size, pattern: 'noise' });
    }
    case 'nine':
      return makeBackdoors(shape, classes, { ...common, positions: PLACES });
    case 'source':
      return makeBackdoors(shape, classes, { ...common, source: (target + 1 + random.integer(classes - 1)) % classes });
    case 'blended':
      return [{ target, trigger: blendedTrigger(shape, attack.share, random) }];
  }
}

type Square = Extract<Attack, { kind: 'square' }>;

function patchOf(pattern: Square['pattern']): Pick<PatchOptions, 'pattern' | 'shape'> {
  return pattern === 'triangle' ? { pattern: 'white', shape: pattern } : { pattern };
}
