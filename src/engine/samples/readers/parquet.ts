/**
 * @file Parquet files as Hugging Face writes image data sets: a column of encoded images (`{bytes, path}` or plain bytes)
 * and one of class numbers, whose names stand in the file's "huggingface" metadata. Also a folder of such shards.
 */
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet';
import { z } from 'zod';
import { SamplesError } from '../../errors';
import type { Files } from '../../files';
import { decodeImage } from '../images/decodeImage';
import { classIndices } from '../labels';
import type { DecodedImage, SampleSource, SamplesReader, Unreadable } from '../samples';
import { chooseSplit, splitOf } from '../splits';

const MAGIC = [0x50, 0x41, 0x52, 0x31];

const MAX_ROWS = 10_000_000;

/** Bytes one page may unpack to. */
const MAX_PAGE = 1 << 28;

const IMAGE_NAMES = ['image', 'img', 'images', 'jpg', 'png', 'webp', 'picture', 'pixel_values'];
const LABEL_NAMES = ['label', 'labels', 'fine_label', 'class', 'class_id', 'target', 'category', 'y', 'digit', 'character'];

/** What the Hugging Face library notes about the columns; only what we use. */
const huggingFace = z.object({
  info: z.object({
    features: z.record(z.string(), z.object({ _type: z.string().optional(), names: z.array(z.string()).optional() })),
  }),
});

type Feature = z.infer<typeof huggingFace>['info']['features'][string];

interface Shard {
  readonly name: string;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  /** Rows before this shard. */
  readonly firstRow: number;
  readonly rows: number;
}

interface Columns {
  readonly image: string;
  readonly label?: string;
  readonly classNames?: readonly string[];
}

export const parquetReader: SamplesReader = {
  label: 'Parquet',
  takesLabels: false,
  async detect(files, path, head) {
    if (head.length > 0) return MAGIC.every((byte, i) => head[i] === byte);
    return (await shardPaths(files, path)).length > 0;
  },
  async open(files, path, options) {
    const folder = (await files.info(path))?.kind === 'folder';
    if (!folder) return openShards(files, [path], options.classNames);
    const splits = new Map<string, string[]>();
    for (const shard of await shardPaths(files, path)) {
      const split = splitOf(files.baseName(shard).replace(/\.parquet$/i, ''));
      splits.set(split, [...(splits.get(split) ?? []), shard]);
    }
    const [first, ...others] = [...splits].map(([split, shards]) => ({ split, shards }));
    if (first === undefined) throw new SamplesError('the folder holds no Parquet files', { file: files.baseName(path) });
    const chosen = chooseSplit([first, ...others], options.split, files.baseName(path));
    const source = await openShards(files, chosen.shards, options.classNames);
    if (others.length === 0) return source;
    return {
      ...source,
      description: `${source.description}, split ${chosen.split}`,
      split: chosen.split,
      splits: [...splits.keys()],
    };
  },
};

async function shardPaths(files: Files, folder: string): Promise<string[]> {
  if ((await files.info(folder))?.kind !== 'folder') return [];
  return (await files.list(folder)).filter((name) => /\.parquet$/i.test(name)).map((name) => files.join(folder, name));
}

async function openShards(
  files: Files,
  paths: readonly string[],
  modelClasses: readonly string[] | undefined,
): Promise<SampleSource> {
  const shards: Shard[] = [];
  let count = 0;
  for (const path of paths) {
    const shard = await openShard(files, path, count);
    count += shard.rows;
    if (count > MAX_ROWS) throw damaged(shard.name, `${count} rows`);
    shards.push(shard);
  }
  const [first] = shards;
  if (first === undefined) throw new RangeError('No shards were given');
  const columns = findColumns(first);
  const labels = columns.label === undefined ? undefined : await readLabels(shards, columns.label, modelClasses);
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
    name: (index) => `${shardOf(index).name}[${index - shardOf(index).firstRow}]`,
    async read(indices) {
      const images: (DecodedImage | Unreadable)[] = [];
      for (const group of byRowGroup(indices, shardOf)) images.push(...(await readImages(group, columns.image)));
      return images;
    },
  };
}

async function openShard(files: Files, path: string, firstRow: number): Promise<Shard> {
  const { parquetMetadataAsync } = await import('hyparquet');
  const name = files.baseName(path);
  const size = (await files.info(path))?.size ?? 0;
  const buffer: AsyncBuffer = {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = await files.read(path, start, Math.max(0, Math.min(end, size) - start));
      return new Uint8Array(bytes).buffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const rows = Number(metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n));
    if (!(rows >= 0 && rows <= MAX_ROWS)) throw damaged(name, `${rows} rows`);
    return { name, buffer, metadata, firstRow, rows };
  } catch (cause) {
    throw cause instanceof SamplesError ? cause : damaged(name, messageOf(cause), cause);
  }
}

/** The image and the label column, by the Hugging Face metadata where it is there, otherwise by name and type. */
function findColumns({ name, metadata }: Shard): Columns {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  const parsed = huggingFace.safeParse(parseJson(text));
  const features = Object.entries<Feature>(parsed.success ? parsed.data.info.features : {});
  const [root] = metadata.schema;
  const names = topLevelNames(metadata);
  const byName = (wanted: readonly string[]): string | undefined =>
    wanted.find((candidate) => names.includes(candidate));
  const ofType = (type: string): string | undefined =>
    features.find(([key, feature]) => feature._type === type && names.includes(key))?.[0];
  const image = ofType('Image') ?? byName(IMAGE_NAMES);
  if (root === undefined || image === undefined) {
    throw new SamplesError('no column of images was found', {
      file: name,
      expected: 'a column named image',
      got: names.join(', ') || 'no columns',
    });
  }
  const labelled = features.filter(([, feature]) => feature._type === 'ClassLabel').map(([key]) => key);
  const label = LABEL_NAMES.find((candidate) => labelled.includes(candidate)) ?? ofType('ClassLabel') ?? byName(LABEL_NAMES);
  const classNames = features.find(([key]) => key === label)?.[1].names;
  return { image, ...(label !== undefined && { label }), ...(classNames !== undefined && { classNames }) };
}

/** The schema is a flattened tree: each element is followed by its children. */
function topLevelNames({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  let skip = 0;
  for (const { name, num_children: children = 0 } of schema.slice(1)) {
    if (skip === 0) names.push(name);
    else skip--;
    skip += children;
  }
  return names;
}

async function readLabels(
  shards: readonly Shard[],
  column: string,
  modelClasses: readonly string[] | undefined,
): Promise<{ labels: Int32Array; classNames?: readonly string[] }> {
  const names: string[] = [];
  for (const shard of shards) {
    for (const value of await readColumn(shard, column, 0, shard.rows)) {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
        throw new SamplesError('a label is missing', {
          file: shard.name,
          place: `row ${names.length - shard.firstRow} of column ${column}`,
          expected: 'a class number or name',
          got: value === null || value === undefined ? 'nothing' : typeof value,
        });
      }
      names.push(String(value));
    }
  }
  return classIndices(names, modelClasses);
}

interface RowSpan {
  readonly shard: Shard;
  readonly start: number;
  readonly end: number;
  readonly rows: readonly number[];
}

/** Groups ascending indices by the row group they lie in; `start`, `end` and `rows` count from the shard's first row. */
function byRowGroup(indices: readonly number[], shardOf: (index: number) => Shard): RowSpan[] {
  const spans: (RowSpan & { rows: number[] })[] = [];
  for (const index of indices) {
    const shard = shardOf(index);
    const row = index - shard.firstRow;
    const last = spans.at(-1);
    if (last?.shard === shard && row < last.end) last.rows.push(row);
    else spans.push({ shard, ...rowGroupAt(shard.metadata, row), rows: [row] });
  }
  return spans;
}

function rowGroupAt(metadata: FileMetaData, row: number): { start: number; end: number } {
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    if (row < end) return { start, end };
    start = end;
  }
  return { start: row, end: row + 1 };
}

async function readImages(span: RowSpan, column: string): Promise<(DecodedImage | Unreadable)[]> {
  const first = span.rows[0] ?? span.start;
  const last = span.rows.at(-1) ?? first;
  const cells = await readColumn(span.shard, column, first, last + 1);
  const images: (DecodedImage | Unreadable)[] = [];
  for (const row of span.rows) {
    const cell = cells[row - first];
    const bytes = cell instanceof Uint8Array ? cell : isRecord(cell) ? cell['bytes'] : undefined;
    images.push(
      bytes instanceof Uint8Array ? await decodeImage(bytes) : { reason: 'the image is not stored in the file' },
    );
  }
  return images;
}

async function readColumn(shard: Shard, column: string, rowStart: number, rowEnd: number): Promise<unknown[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  try {
    const rows = await parquetReadObjects({
      file: shard.buffer,
      metadata: shard.metadata,
      columns: [column],
      rowStart,
      rowEnd,
      compressors: bounded(compressors),
      utf8: false,
      useOffsetIndex: true,
    });
    return rows.map((row): unknown => row[column]);
  } catch (cause) {
    throw cause instanceof SamplesError ? cause : damaged(shard.name, messageOf(cause), cause);
  }
}

/** The same decompressors, which refuse pages that claim an absurd size. */
function bounded(compressors: Compressors): Compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, decompress]) => [
      codec,
      (input: Uint8Array, size: number): Uint8Array => {
        if (size > MAX_PAGE) throw new RangeError(`a page of ${size} bytes`);
        return decompress(input, size);
      },
    ]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'something else';
}

function damaged(file: string, got: string, cause?: unknown): SamplesError {
  return new SamplesError('the Parquet file is damaged', { file, expected: 'a sound Parquet file', got }, { cause });
}
