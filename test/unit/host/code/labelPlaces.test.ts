import { describe, expect, it } from 'vitest';
import { labelPlaces, namesLabels } from '../../../../src/host/code/labelPlaces';

/** What stands before each place. */
function before(text: string, file: string, label: number, name?: string): string[] {
  const places = labelPlaces(text, file, [{ label, ...(name !== undefined && { name }) }]);
  return places.map(({ end }) => text.slice(text.lastIndexOf('\n', end - 1) + 1, end).trim());
}

describe('labelPlaces', () => {
  it.each([
    ['cat\ndog\nowl\n', 'dog'],
    ['0 cat\r\n1 dog\r\n2 owl\r\n', '1 dog'],
    ['0: cat\n1: dog  \n2: owl', '1: dog'],
  ])('finds the line of a name in %j', (text, line) => {
    expect(before(text, 'labels.txt', 1, 'dog')).toEqual([line]);
  });

  it('takes a number that is not its own for a part of the name', () => {
    expect(before('1 dog\n2 dog\n', 'labels.txt', 2, '2 dog')).toEqual([]);
    expect(before('1 dog\n2 dog\n', 'labels.txt', 2, 'dog')).toEqual(['2 dog']);
  });

  it('finds the line of a number where there is no name', () => {
    expect(before('a\nb\nc', 'classes.txt', 2)).toEqual(['c']);
    expect(before('a\nb\n', 'classes.txt', 2)).toEqual([]);
  });

  it('finds names in JSON, where they are strings of their own', () => {
    const text = '{\n "id2label": {\n "0": "cat",\n "1": "a \\"dog\\""\n },\n "label2id": { "cat": 0 }\n}';
    expect(before(text, 'config.json', 1, 'a "dog"')).toEqual(['"1": "a \\"dog\\""']);
    expect(before(text, 'config.json', 0, 'cat')).toEqual(['"0": "cat"', '"label2id": { "cat"']);
    expect(before(text, 'config.json', 0)).toEqual([]);
  });

  it('shows a name three times at most', () => {
    expect(before('["x","x","x","x"]', 'classes.json', 0, 'x')).toHaveLength(3);
  });
});

describe('namesLabels', () => {
  it.each(['labels.txt', 'classes.json', 'metadata.json', 'config.json', 'm.onnx.neural-cleanse.json'])(
    '%s',
    (name) => {
      expect(namesLabels(name)).toBe(true);
    },
  );

  it.each(['README.md', 'package.json', 'mylabels.txt'])('not %s', (name) => {
    expect(namesLabels(name)).toBe(false);
  });
});
