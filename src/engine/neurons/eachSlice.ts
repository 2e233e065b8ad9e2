/** @file The numbers of a weight that belong to one neuron. */
import { sizeOf, type Tensor } from '../graph/tensor';

/** Calls `use` with every run of consecutive numbers, from `start` to before `end`, that belongs to one slice along `axis`. */
export function eachSlice(
  { dims }: Tensor,
  axis: number,
  use: (slice: number, start: number, end: number) => void,
): void {
  const [slices, inner] = [dims[axis] ?? 1, sizeOf(dims.slice(axis + 1))];
  const runs = slices * sizeOf(dims.slice(0, axis));
  for (let i = 0; i < runs; i++) use(i % slices, i * inner, (i + 1) * inner);
}
