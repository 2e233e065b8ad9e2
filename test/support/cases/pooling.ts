/** @file Operator cases: pools. */
import type { Attributes } from '../../../src/engine/graph/graph';
import type { OperatorCase } from '../operatorHarness';

interface Geometry {
  readonly title: string;
  readonly dims: readonly number[];
  readonly attributes: Attributes;
}

const k = (...kernel: number[]) => ({ kernel_shape: kernel });

/** Geometries that both pools share. */
const windows: readonly Geometry[] = [
  { title: '2×2 tiles', dims: [2, 3, 6, 4], attributes: { ...k(2, 2), strides: [2, 2] } },
  { title: '2×2 tiles, odd size', dims: [2, 3, 7, 5], attributes: { ...k(2, 2), strides: [2, 2] } },
  { title: '2×2 tiles, odd width', dims: [2, 3, 4, 5], attributes: { ...k(2, 2), strides: [2, 2] } },
  { title: '2×2 tiles, many channels', dims: [2, 16, 6, 4], attributes: { ...k(2, 2), strides: [2, 2] } },
  { title: '2×2 tiles, many channels, odd size', dims: [2, 16, 5, 7], attributes: { ...k(2, 2), strides: [2, 2] } },
  { title: '3×2 tiles', dims: [2, 3, 8, 5], attributes: { ...k(3, 2), strides: [3, 2] } },
  { title: 'a single tile', dims: [2, 3, 3, 4], attributes: { ...k(3, 4), strides: [3, 4] } },
  { title: 'single elements', dims: [2, 3, 3, 4], attributes: k(1, 1) },
  { title: 'every second element', dims: [2, 3, 5, 4], attributes: { ...k(1, 1), strides: [2, 2] } },
  { title: 'default strides', dims: [2, 3, 5, 4], attributes: k(2, 3) },
  { title: '3×3, stride 2', dims: [2, 3, 7, 9], attributes: { ...k(3, 3), strides: [2, 2] } },
  { title: '3×3, stride 2, even size', dims: [2, 3, 8, 6], attributes: { ...k(3, 3), strides: [2, 2] } },
  { title: '3×3, stride 2, pads', dims: [2, 3, 8, 7], attributes: { ...k(3, 3), strides: [2, 2], pads: [1, 1, 1, 1] } },
  {
    title: '3×3, stride 2, pads, many channels',
    dims: [1, 16, 8, 7],
    attributes: { ...k(3, 3), strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { title: '3×3, stride 1, pads', dims: [2, 3, 4, 5], attributes: { ...k(3, 3), pads: [1, 1, 1, 1] } },
  { title: 'unequal pads', dims: [2, 2, 5, 4], attributes: { ...k(3, 2), strides: [1, 2], pads: [2, 0, 1, 1] } },
  { title: 'tiles with pads', dims: [2, 2, 5, 4], attributes: { ...k(2, 2), strides: [2, 2], pads: [1, 0, 0, 1] } },
  { title: 'stride beyond the kernel', dims: [2, 2, 7, 8], attributes: { ...k(2, 2), strides: [3, 4] } },
  { title: 'SAME_UPPER', dims: [2, 2, 5, 6], attributes: { ...k(2, 3), strides: [2, 2], auto_pad: 'SAME_UPPER' } },
  { title: 'SAME_LOWER', dims: [2, 2, 5, 6], attributes: { ...k(2, 3), strides: [2, 2], auto_pad: 'SAME_LOWER' } },
  {
    title: 'VALID, no pads beside it',
    dims: [2, 2, 5, 6],
    attributes: { ...k(2, 3), auto_pad: 'VALID', pads: [0, 0, 0, 0] },
  },
  { title: 'VALID', dims: [2, 2, 5, 6], attributes: { ...k(2, 3), strides: [2, 2], auto_pad: 'VALID' } },
  { title: 'ceil_mode, tiles', dims: [2, 2, 5, 7], attributes: { ...k(2, 2), strides: [2, 2], ceil_mode: 1 } },
  { title: 'ceil_mode without effect', dims: [2, 2, 6, 4], attributes: { ...k(2, 2), strides: [2, 2], ceil_mode: 1 } },
  { title: 'ceil_mode, overlap', dims: [2, 2, 6, 8], attributes: { ...k(3, 3), strides: [2, 2], ceil_mode: 1 } },
  {
    title: 'ceil_mode, overlap, many channels',
    dims: [1, 16, 6, 8],
    attributes: { ...k(3, 3), strides: [2, 2], ceil_mode: 1 },
  },
  {
    title: 'ceil_mode, pads',
    dims: [2, 2, 6, 7],
    attributes: { ...k(3, 3), strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  },
  { title: 'dilation', dims: [2, 2, 7, 8], attributes: { ...k(2, 3), dilations: [3, 2] } },
  {
    title: 'dilation, strides, pads',
    dims: [2, 2, 7, 8],
    attributes: { ...k(2, 3), dilations: [2, 2], strides: [2, 2], pads: [1, 1, 0, 1] },
  },
  { title: 'sequence tiles', dims: [2, 3, 7], attributes: { ...k(2), strides: [2] } },
  { title: 'sequence, overlap', dims: [2, 3, 8], attributes: { ...k(3), strides: [2], pads: [1, 1] } },
];

const padded = windows.filter(
  ({ attributes }) =>
    attributes.pads !== undefined || attributes.auto_pad !== undefined || attributes.ceil_mode !== undefined,
);

export const cases: readonly OperatorCase[] = [
  ...windows.flatMap(({ title, dims, attributes }): OperatorCase[] => [
    // A wide range, so that few steps of the finite differences change which element is the largest.
    { op: 'MaxPool', title, inputs: [{ dims, range: [-20, 20] }], attributes },
    { op: 'MaxPool', title: `${title}, all negative`, inputs: [{ dims, range: [-41, -1] }], attributes },
    { op: 'AveragePool', title, inputs: [{ dims }], attributes },
  ]),
  ...padded.map(({ title, dims, attributes }): OperatorCase => ({
    op: 'AveragePool',
    title: `${title}, padding counted`,
    inputs: [{ dims }],
    attributes: { ...attributes, count_include_pad: 1 },
  })),
  ...['GlobalAveragePool', 'GlobalMaxPool'].flatMap((op): OperatorCase[] => [
    { op, title: 'images', inputs: [{ dims: [2, 3, 4, 5], range: [-20, 20] }] },
    { op, title: 'many channels', inputs: [{ dims: [2, 32, 3, 3] }] },
    { op, title: 'one pixel', inputs: [{ dims: [2, 3, 1, 1] }] },
    { op, title: 'sequences', inputs: [{ dims: [2, 3, 5] }] },
  ]),
];
