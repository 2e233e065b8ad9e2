/** @file Parquet files, read column by column and a range of rows at a time. */
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet';
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';

export interface ParquetFile {
  readonly name: string;
  readonly rows: number;
  /** Names of the columns; a struct counts as one. */
  readonly columns: readonly string[];
  /** What the writer noted under `key`. */
  note(key: string): string | undefined;
  /** The rows that are stored together with `row`: `start` up to, but without, `end`. */
  rowGroup(row: number): { readonly start: number; readonly end: number };
  /**
   * Values of a column in the rows `start` up to, but without, `end`, all of one row group. Of a struct only the field
   * `field` is read. Text stays bytes unless the file marks it as text.
   */
  read(column: string, start: number, end: number, field?: string): Promise<unknown[]>;
}

const MAX_ROWS = 10_000_000;

/** Bytes one page may unpack to. */
const MAX_PAGE = 1 << 28;

const MAGIC = [0x50, 0x41, 0x52, 0x31];

export function isParquet(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

/** Throws {@link SamplesError} when the file is damaged. */
export async function openParquet(files: Files, path: string): Promise<ParquetFile> {
  // Loaded on first use, like the other libraries of rare formats.
  const { parquetMetadataAsync } = await import('hyparquet');
  const name = files.baseName(path);
  const buffer = await bufferOf(files, path);
  const metadata = await parquetMetadataAsync(buffer).catch((cause: unknown) => {
    throw damaged(name, cause);
  });
  const groups = metadata.row_groups.map((group) => Number(group.num_rows));
  const rows = groups.reduce((sum, count) => sum + count, 0);
  if (!groups.every((count) => count >= 0) || !(rows <= MAX_ROWS)) throw damaged(name, new Error(`${rows} rows`));
  return {
    name,
    rows,
    columns: topLevel(metadata).map((column) => column.name),
    note: (key) => metadata.key_value_metadata?.find((pair) => pair.key === key)?.value,
    rowGroup(row) {
      let start = 0;
      for (const count of groups) {
        if (row < start + count) return { start, end: start + count };
        start += count;
      }
      throw new RangeError(`No row ${row}`);
    },
    async read(column, start, end, field) {
      try {
        return await readColumn(buffer, onlyLeaf(metadata, column, field), column, start, end);
      } catch (cause) {
        throw damaged(name, cause);
      }
    },
  };
}

async function bufferOf(files: Files, path: string): Promise<AsyncBuffer> {
  const size = (await files.info(path))?.size ?? 0;
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = await files.read(path, start, Math.max(0, Math.min(end, size) - start));
      return new Uint8Array(bytes).buffer;
    },
  };
}

async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: string,
  rowStart: number,
  rowEnd: number,
): Promise<unknown[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const rows = await parquetReadObjects({
    file,
    metadata,
    rowStart,
    rowEnd,
    compressors: bounded(compressors),
    utf8: false,
    useOffsetIndex: true,
  });
  return rows.map((row) => leafOf(row[column]));
}

/** The only leaf of a value that {@link onlyLeaf} left. */
function leafOf(value: unknown): unknown {
  const isStruct = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
  return isStruct ? Object.values(value)[0] : value;
}

/**
 * The metadata of a file with one column and at most one field in it. The library reads columns side by side and, where
 * two are damaged, reports the second failure to nobody, which would end the process.
 */
function onlyLeaf(metadata: FileMetaData, column: string, field: string | undefined): FileMetaData {
  const isWanted = (path: readonly string[]): boolean =>
    path[0] === column && (path.length === 1 || (path.length === 2 && path[1] === field));
  const [root] = metadata.schema;
  const at = topLevel(metadata).find(({ name }) => name === column)?.at ?? -1;
  const top = metadata.schema[at];
  const leaf = metadata.schema
    .slice(at + 1, at + 1 + (top?.num_children ?? 0))
    .find(({ name, num_children: children = 0 }) => name === field && children === 0);
  const groups = metadata.row_groups.map((group) => ({
    ...group,
    columns: group.columns.filter((chunk) => isWanted(chunk.meta_data?.path_in_schema ?? [])),
  }));
  const isFlat = (top?.num_children ?? 0) === 0;
  if (root === undefined || top === undefined || (!isFlat && leaf === undefined))
    throw new Error(`no column ${column}`);
  if (groups.some(({ columns }) => columns.length !== 1)) throw new Error(`no data of column ${column}`);
  const schema = [{ ...root, num_children: 1 }, isFlat ? top : { ...top, num_children: 1 }];
  if (!isFlat && leaf !== undefined) schema.push(leaf);
  return { ...metadata, schema, row_groups: groups };
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

/** The columns and their places in the schema, a flattened tree: each element is followed by its children. */
function topLevel({ schema }: FileMetaData): { name: string; at: number }[] {
  const columns: { name: string; at: number }[] = [];
  let inside = 0;
  for (const [i, { name, num_children: children = 0 }] of schema.slice(1).entries()) {
    if (inside === 0) columns.push({ name, at: i + 1 });
    else inside--;
    inside += children;
  }
  return columns;
}

function damaged(file: string, cause: unknown): SamplesError {
  const got = cause instanceof Error ? cause.message : 'something else';
  return new SamplesError('the Parquet file is damaged', { file, expected: 'a sound Parquet file', got }, { cause });
}
