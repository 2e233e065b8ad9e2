import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { imageSize, labelList, share, wholeNumber } from '../../../src/cli/optionValues';
import { PLACES } from '../../../src/engine/attack/triggers';
import { patchPattern, patchPositions } from '../../../src/cli/patchValues';

describe('option values', () => {
  it.each<[string, (text: string) => unknown, string, unknown]>([
    ['whole number', wholeNumber(1, 10), '10', 10],
    ['share', share, '0.05', 0.05],
    ['share', share, '1', 1],
    ['share', share, '1e-3', 0.001],
    ['size', imageSize, '224x112', [224, 112]],
    ['size', imageSize, '1X1', [1, 1]],
    ['labels', labelList, '7', [7]],
    ['labels', labelList, '9,0-2, 1,4-4', [0, 1, 2, 4, 9]],
    ['position', patchPositions, 'bottom-right', ['bottom-right']],
    ['position', patchPositions, '3,0', [{ x: 3, y: 0 }]],
    ['position', patchPositions, 'all', PLACES],
    ['pattern', patchPattern, 'noise', 'noise'],
    ['pattern', patchPattern, '#FFcc00', '#FFcc00'],
  ])('%s', (_name, read, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each<[string, (text: string) => unknown, string[]]>([
    ['whole number', wholeNumber(1, 10), ['0', '11', '', '-1', '1.5', '0x3', '1e1', 'NaN', '9'.repeat(20)]],
    ['share', share, ['0', '1.01', '-0.1', '', '.', 'NaN', 'Infinity', '5%']],
    ['size', imageSize, ['224', '0x5', '5x0', 'x', '1x2x3', '-1x5', '999999x1']],
    ['labels', labelList, ['', 'a', '3-1', '1,', '1;2', '-3', '0-9999999', '0-100000']],
    ['position', patchPositions, ['middle', '1', '1,2,3', '-1,2', '']],
    ['pattern', patchPattern, ['black', '#fff', '#gggggg', '']],
  ])('%s refuses what does not fit', (_name, read, texts) => {
    for (const text of texts) expect(() => read(text), text).toThrow(InvalidArgumentError);
  });
});
