/**
 * @file Parquet files as Hugging Face writes image data sets: a column of encoded images (`{bytes, path}` or plain bytes)
 * and one of class numbers, whose names stand in the file's "huggingface" metadata. Also a folder of such shards.
 */
import * as z from 'zod';
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';
import { decodeImage } from '../images/decodeImage';
import { classIndices, type NamedClasses } from '../arrays/labels';
import { isParquet, openParquet, type ParquetFile } from '../files/parquetFile';
import type { DecodedImage, OpenOptions, SampleSource, SamplesReader, Unreadable } from '../samples';
import { groupBySplit, openPart } from '../splits';

const IMAGE_NAMES = ['image', 'img', 'images', 'jpg', 'png', 'webp', 'picture'];
const LABEL_NAMES = ['label', 'labels', 'fine_label', 'class', 'class_id', 'target', 'category', 'y'];

/** What the Hugging Face library notes about the columns; only what we use. */
const huggingFace = z.object({
  info: z.object({
    features: z.record(z.string(), z.object({ _type: z.string().optional(), names: z.array(z.string()).optional() })),
  }),
});

interface Columns {
  readonly image: string;
  readonly label?: string;
  readonly classNames?: readonly string[];
}

/** A file and the number of rows in the files before it. */
interface Shard {
  readonly file: ParquetFile;
  readonly firstRow: number;
}

export const parquetReader: SamplesReader = {
  label: 'Parquet',
  takesLabels: false,
  async detect(files, path, head) {
    return head.length > 0 ? isParquet(head) : (await shardPaths(files, path)).length > 0;
  },
  async open(files, path, options) {
    const paths = await shardPaths(files, path);
    const parts = groupBySplit(paths, (shard) => files.baseName(shard).replace(/\.parquet$/i, ''));
    return openPart(parts, options.split, files.baseName(path), (part) => openShards(files, part.paths, options));
  },
};

async function shardPaths(files: Files, path: string): Promise<string[]> {
  if ((await files.info(path))?.kind === 'file') return [path];
  return (await files.list(path)).filter((name) => /\.parquet$/i.test(name)).map((name) => files.join(path, name));
}

async function openShards(files: Files, paths: readonly string[], options: OpenOptions): Promise<SampleSource> {
  const shards: Shard[] = [];
  let count = 0;
  for (const path of paths) {
    const file = await openParquet(files, path);
    shards.push({ file, firstRow: count });
    count += file.rows;
  }
  const [first] = shards;
  if (first === undefined) throw new RangeError('No shards were given');
  const columns = findColumns(first.file);
  const labels = columns.label === undefined ? undefined : await readLabels(shards, columns.label, options);
  const classNames = columns.classNames ?? labels?.classNames;
  const shardOf = (index: number): Shard => shards.findLast(({ firstRow }) => firstRow <= index) ?? first;
  return {
    description: `Parquet, column ${columns.image}`,
    count,
    ...(labels !== undefined && { labels: labels.labels }),
    ...(classNames !== undefined && { classNames }),
    splits: [],
    notes: labels === undefined ? ['No column of labels was found.'] : [],
    values: 'bytes',
    name(index) {
      const { file, firstRow } = shardOf(index);
      return `${file.name}[${index - firstRow}]`;
    },
    async read(indices) {
      const images: (DecodedImage | Unreadable)[] = [];
      for (const { file, rows } of byRowGroup(indices, shardOf)) {
        images.push(...(await readImages(file, columns.image, rows)));
      }
      return images;
    },
  };
}

/** The image and the label column, by the Hugging Face metadata where it is there, otherwise by name. */
function findColumns(file: ParquetFile): Columns {
  const noted = huggingFace.safeParse(parseJson(file.note('huggingface')));
  const features = Object.entries(noted.success ? noted.data.info.features : {}).filter(([name]) =>
    file.columns.includes(name),
  );
  const ofType = (type: string): string[] => features.filter(([, { _type }]) => _type === type).map(([name]) => name);
  const [image] = [...ofType('Image'), ...IMAGE_NAMES.filter((name) => file.columns.includes(name))];
  if (image === undefined) {
    throw new SamplesError('no column of images was found', {
      file: file.name,
      expected: 'a column named image',
      got: file.columns.join(', ') || 'no columns',
    });
  }
  const labelled = ofType('ClassLabel');
  const [label] = [
    ...LABEL_NAMES.filter((name) => labelled.includes(name)),
    ...labelled,
    ...LABEL_NAMES.filter((name) => file.columns.includes(name)),
  ];
  const classNames = features.find(([name]) => name === label)?.[1].names;
  return { image, ...(label !== undefined && { label }), ...(classNames !== undefined && { classNames }) };
}

async function readLabels(shards: readonly Shard[], column: string, options: OpenOptions): Promise<NamedClasses> {
  const names: string[] = [];
  for (const { file } of shards) {
    for (let row = 0; row < file.rows;) {
      const { start, end } = file.rowGroup(row);
      const values = await file.read(column, start, end);
      for (; row < end; row++) names.push(className(values[row - start], file, column, row));
    }
  }
  return classIndices(names, options.classNames);
}

function className(value: unknown, file: ParquetFile, column: string, row: number): string {
  const name = value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  if (typeof name === 'string' || typeof name === 'number' || typeof name === 'bigint') return String(name);
  throw new SamplesError('a label is missing', {
    file: file.name,
    place: `row ${row} of column ${column}`,
    expected: 'a class number or name',
    got: value === null || value === undefined ? 'nothing' : typeof value,
  });
}

/** Splits ascending indices by the row group they lie in; rows count from the start of their file. */
function byRowGroup(
  indices: readonly number[],
  shardOf: (index: number) => Shard,
): { file: ParquetFile; rows: readonly number[] }[] {
  const groups: { file: ParquetFile; end: number; rows: number[] }[] = [];
  for (const index of indices) {
    const { file, firstRow } = shardOf(index);
    const row = index - firstRow;
    const last = groups.at(-1);
    if (last?.file === file && row < last.end) last.rows.push(row);
    else groups.push({ file, end: file.rowGroup(row).end, rows: [row] });
  }
  return groups;
}

async function readImages(
  file: ParquetFile,
  column: string,
  rows: readonly number[],
): Promise<(DecodedImage | Unreadable)[]> {
  const first = rows[0] ?? 0;
  const cells = await file.read(column, first, (rows.at(-1) ?? first) + 1, 'bytes');
  const images: (DecodedImage | Unreadable)[] = [];
  for (const row of rows) {
    const bytes = cells[row - first];
    images.push(
      bytes instanceof Uint8Array ? await decodeImage(bytes) : { reason: 'the image is not stored in the file' },
    );
  }
  return images;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
