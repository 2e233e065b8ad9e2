import { describe, expect, it } from 'vitest';
import { shapeMask, SHAPES, type Shape } from '../../../../src/engine/attack/shapes';

function drawn(shape: Shape, size: number, seed = 1): string[] {
  const mask = shapeMask(shape, size, seed);
  return Array.from({ length: size }, (_, row) =>
    Array.from(mask.subarray(row * size, (row + 1) * size), (value) => (value === 1 ? '#' : '.')).join(''),
  );
}

describe('shapeMask', () => {
  it('draws the shapes', () => {
    expect(drawn('square', 2)).toEqual(['##', '##']);
    expect(drawn('triangle', 3)).toEqual(['#..', '##.', '###']);
    expect(drawn('ring', 5)).toEqual(['.###.', '#...#', '#...#', '#...#', '.###.']);
    expect(drawn('cross', 5)).toEqual(['..#..', '..#..', '#####', '..#..', '..#..']);
  });

  it('draws pictures at any size', () => {
    expect(drawn('logo', 12)[3]).toBe('##########..');
    expect(drawn('logo', 24)[6]).toBe('####################....');
    expect(drawn('watermark', 12)[0]).toBe('#.#.###.###.');
  });

  it('grows a blob that hangs together and covers half of the square', () => {
    const size = 7;
    const mask = shapeMask('blob', size, 3);
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(25);
    const reached = new Set<number>();
    const visit = (pixel: number): void => {
      if (mask[pixel] !== 1 || reached.has(pixel)) return;
      reached.add(pixel);
      if (pixel % size > 0) visit(pixel - 1);
      if (pixel % size < size - 1) visit(pixel + 1);
      visit(pixel - size);
      visit(pixel + size);
    };
    visit(24);
    expect(reached.size).toBe(25);
    expect(drawn('blob', size, 3)).not.toEqual(drawn('blob', size, 4));
  });

  it('covers something at every size', () => {
    for (const shape of SHAPES) {
      for (let size = 1; size < 20; size++) {
        if (size === 1 && (shape === 'logo' || shape === 'watermark')) continue;
        expect(shapeMask(shape, size, 1).includes(1), `${shape} ${size}`).toBe(true);
      }
    }
  });
});
