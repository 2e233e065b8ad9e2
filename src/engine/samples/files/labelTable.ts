/** @file Tables that give image files their labels: CSV with or without a header, also GTSRB's and ImageNet's. */
import { parse } from 'csv-parse/sync';
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';
import { hasImageName } from './imageFiles';

export interface LabelRow {
  /** As written in the table, with `/` between its parts. */
  readonly file: string;
  readonly label: string;
}

export interface LabelTable {
  /** File name, for messages. */
  readonly name: string;
  readonly rows: readonly LabelRow[];
}

const MAX_BYTES = 1 << 26;

/** Lower case, only letters; the first one present wins. */
const FILE_COLUMNS = [
  'filename',
  'path',
  'filepath',
  'file',
  'image',
  'imagename',
  'imagepath',
  'img',
  'imgpath',
  'name',
];
const LABEL_COLUMNS = ['label', 'labels', 'classid', 'class', 'classindex', 'category', 'target', 'y', 'classname'];
const ID_COLUMNS = ['imageid', 'id'];

/**
 * The rows of a table. Columns are told by their headings, or, without headings, as image file and label. Regions of
 * interest (GTSRB) are not cut out. Throws {@link SamplesError} when the table has no such columns.
 */
export async function readLabelTable(files: Files, path: string): Promise<LabelTable> {
  const file = files.baseName(path);
  const info = await files.info(path);
  if (info?.kind !== 'file') throw new SamplesError('the table of labels does not exist', { file });
  if (info.size > MAX_BYTES) {
    throw new SamplesError('the table of labels is too large', {
      file,
      expected: `at most ${MAX_BYTES} bytes`,
      got: `${info.size} bytes`,
    });
  }
  const rows = parseRows(new TextDecoder().decode(await files.read(path)), file);
  const [header = [], ...body] = rows;
  const headings = header.map((cell) => cell.toLowerCase().replace(/[^a-z]/g, ''));
  const column = (names: readonly string[]): number =>
    names.map((name) => headings.indexOf(name)).find((index) => index >= 0) ?? -1;

  const bare = hasImageName(header[0] ?? '') && header.length >= 2;
  const fileColumn = bare ? 0 : column([...FILE_COLUMNS, ...ID_COLUMNS]);
  const labelColumn = bare ? 1 : column(LABEL_COLUMNS);
  if (fileColumn < 0 || labelColumn < 0) {
    throw new SamplesError('the table of labels has no columns we know', {
      file,
      place: 'line 1',
      expected: 'one heading for the file (filename, path) and one for the label (label, class, ClassId)',
      got: header.join(', ').slice(0, 200),
    });
  }
  const labelled = (bare ? rows : body).map((cells, i): LabelRow => {
    const name = cells[fileColumn]?.trim() ?? '';
    const label = cells[labelColumn]?.trim() ?? '';
    if (name === '' || label === '') {
      throw new SamplesError('a row of the table of labels is incomplete', {
        file,
        place: `row ${i + (bare ? 1 : 2)}`,
        expected: 'a file and a label',
        got: cells.join(', ').slice(0, 200),
      });
    }
    return { file: name.replaceAll('\\', '/'), label };
  });
  return { name: file, rows: labelled };
}

function parseRows(text: string, file: string): string[][] {
  const [firstLine = ''] = text.split(/\r?\n/, 1);
  const delimiter = [';', '\t', ',', ' '].find((candidate) => firstLine.includes(candidate)) ?? ',';
  try {
    return parse(text, { delimiter, bom: true, skip_empty_lines: true, relax_column_count: true });
  } catch (cause) {
    throw new SamplesError(
      'the table of labels cannot be read',
      { file, expected: 'comma-separated values', got: cause instanceof Error ? cause.message : 'something else' },
      { cause },
    );
  }
}
