/** @file Operator cases: Resize. */
import type { Attributes } from '../../../src/engine/graph/graph';
import { float32 } from '../../../src/engine/graph/tensor';
import { ints } from '../constants';
import type { CaseInput, OperatorCase } from '../operatorHarness';

const scales = (...values: number[]): CaseInput => ({ constant: float32([values.length], values) });

const x = { dims: [2, 3, 4, 5] };

const nearest = ['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'];
const coordinates = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'];

/** Enlarging, shrinking, uneven factors, sizes. */
const targets: readonly (readonly [string, CaseInput | undefined, CaseInput | undefined])[] = [
  ['×2', scales(1, 1, 2, 2), undefined],
  ['×3, ×1', scales(1, 1, 3, 1), undefined],
  ['×1.5, ×2.3', scales(1, 1, 1.5, 2.3), undefined],
  ['×0.6', scales(1, 1, 0.6, 0.6), undefined],
  ['to 7×8', undefined, ints(2, 3, 7, 8)],
  ['to 3×2', undefined, ints(2, 3, 3, 2)],
  ['to 1×1', undefined, ints(2, 3, 1, 1)],
  ['to the same size', undefined, ints(2, 3, 4, 5)],
];

function resize(title: string, scale: CaseInput, sizes: CaseInput, attributes: Attributes, dims = x): OperatorCase {
  return { op: 'Resize', title, inputs: [dims, undefined, scale, ...(sizes ? [sizes] : [])], attributes };
}

export const cases: readonly OperatorCase[] = [
  ...coordinates.flatMap((coordinate_transformation_mode) => [
    ...nearest.flatMap((nearest_mode) =>
      targets.map(([title, scale, sizes]) =>
        resize(`nearest ${title}, ${coordinate_transformation_mode}, ${nearest_mode}`, scale, sizes, {
          mode: 'nearest',
          coordinate_transformation_mode,
          nearest_mode,
        }),
      ),
    ),
    ...targets.map(([title, scale, sizes]) =>
      resize(`linear ${title}, ${coordinate_transformation_mode}`, scale, sizes, {
        mode: 'linear',
        coordinate_transformation_mode,
      }),
    ),
  ]),
  resize('defaults', scales(1, 1, 2, 2), undefined, {}),
  resize(
    'many channels',
    scales(1, 1, 2, 2),
    undefined,
    { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    { dims: [2, 16, 3, 4] },
  ),
  resize('sequence', scales(1, 1, 2), undefined, {}, { dims: [2, 3, 5] }),
  resize('axes', scales(2, 1.5), undefined, { axes: [2, 3], mode: 'linear' }),
  resize('axes, reordered', undefined, ints(8, 6), { axes: [3, 2] }),
  {
    op: 'Resize',
    title: 'empty region and scales',
    inputs: [x, { constant: float32([0], []) }, { constant: float32([0], []) }, ints(2, 3, 8, 10)],
    attributes: { mode: 'linear' },
  },
];
