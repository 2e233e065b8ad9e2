import { describe, expect, it } from 'vitest';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { differentiate } from '../../../../src/engine/graph/differentiate';
import type { Attributes } from '../../../../src/engine/graph/graph';
import { float32, int64, type Tensor } from '../../../../src/engine/graph/tensor';
import { cases } from '../../../support/cases/resize';
import { describeOperators } from '../../../support/describeOperators';
import { expectMalformed, expectUnsupported, type Refused, type RefusedInput } from '../../../support/refusal';

describeOperators('resize', cases);

const x = [1, 2, 4, 4];
const scales = (...values: number[]): { constant: Tensor } => ({ constant: float32([values.length], values) });
const sizes = (...values: number[]): { constant: Tensor } => ({ constant: int64([values.length], values) });
const doubled: RefusedInput[] = [x, undefined, scales(1, 1, 2, 2)];

const malformed: readonly Refused[] = [
  ['Resize', 'neither scales nor sizes', [x], {}, 'the new size is not given'],
  ['Resize', 'both scales and sizes', [...doubled, sizes(1, 2, 8, 8)], {}, 'the new size is not given'],
  ['Resize', 'scales of another rank', [x, undefined, scales(2, 2)], {}, 'the new size is not given'],
  ['Resize', 'scale 0', [x, undefined, scales(1, 1, 0, 1)], {}, 'the new size is impossible'],
  ['Resize', 'a negative size', [x, undefined, undefined, sizes(1, 2, -3, 4)], {}, 'the new size is impossible'],
  ['Resize', 'an axis out of range', [x, undefined, scales(2)], { axes: [4] }, 'an axis is out of range'],
  ['Resize', 'a matrix', [[4, 4], undefined, scales(2, 2)], {}, 'a shape does not fit'],
];

const unsupported: readonly Refused[] = [
  ['Resize', 'channels', [x, undefined, scales(1, 2, 2, 2)], {}, 'resizing batch or channels is not supported'],
  ['Resize', 'computed scales', [x, undefined, [4]], {}, 'a scale that depends on the image content is not supported'],
  ['Resize', 'cubic', doubled, { mode: 'cubic' }, 'mode "cubic" is not supported'],
  ['Resize', 'antialias', doubled, { antialias: 1, mode: 'linear' }, 'attribute "antialias" is not supported'],
  ['Resize', 'an unknown nearest_mode', doubled, { nearest_mode: 'any' }, 'nearest_mode "any" is not supported'],
  [
    'Resize',
    'a crop',
    doubled,
    { coordinate_transformation_mode: 'tf_crop_and_resize' },
    'coordinate_transformation_mode "tf_crop_and_resize" is not supported',
  ],
  [
    'Resize',
    'another aspect ratio policy',
    [x, undefined, undefined, sizes(1, 2, 8, 9)],
    { keep_aspect_ratio_policy: 'not_larger' },
    'keep_aspect_ratio_policy "not_larger" is not supported',
  ],
];

describe('resizing that is refused', () => {
  it.each(malformed)('%s: %s', (...refused) => {
    expectMalformed(refused);
  });

  it.each(unsupported)('%s: %s', (...refused) => {
    expectUnsupported(refused);
  });
});

describe('the gradient graph', () => {
  function operators(scale: readonly number[], attributes: Attributes): string[] {
    const b = newGraph();
    const image = b.input('x', [1, 16, 4, 4]);
    const y = b.op('Resize', [image, undefined, b.constant(float32([4], scale))], attributes);
    const before = b.nodes.length;
    differentiate(b, y, [image]);
    return b.nodes.slice(before).map((node) => node.op);
  }

  it('sums tiles where elements are repeated', () => {
    expect(operators([1, 1, 2, 3], {})).toEqual(['AveragePool', 'Conv']);
    expect(operators([1, 1, 1, 1], {})).toEqual([]);
  });

  it('is a matrix product per axis otherwise', () => {
    expect(operators([1, 1, 2, 2], { mode: 'linear' })).toEqual(['MatMul', 'MatMul']);
    expect(operators([1, 1, 1, 1.5], { mode: 'linear' })).toEqual(['MatMul']);
  });
});
