/** @file CIFAR-10 and CIFAR-100, binary version: records of one or two label bytes and 3×32×32 pixels. */
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { OpenOptions, SampleSource, SamplesReader } from '../samples';
import { groupBySplit, openPart } from '../splits';

interface Variant {
  readonly name: string;
  /** Number of classes behind each label byte; the last one is the label we use. */
  readonly labelBytes: readonly number[];
  /** File beside the records with one class name per line. */
  readonly namesFile: string;
}

const VARIANTS: readonly Variant[] = [
  { name: 'CIFAR-10', labelBytes: [10], namesFile: 'batches.meta.txt' },
  { name: 'CIFAR-100', labelBytes: [20, 100], namesFile: 'fine_label_names.txt' },
];

const SIDE = 32;
const PIXELS = 3 * SIDE * SIDE;

/** Records read at once. */
const BLOCK = 1000;

const BATCH_NAME = /^(data_batch_\d+|test_batch|train|test)\.bin$/i;

export const cifarReader: SamplesReader = {
  label: 'CIFAR binary',
  takesLabels: false,
  async detect(files, path) {
    const [batch] = await batches(files, path);
    return batch !== undefined && (await variantOf(files, batch)) !== undefined;
  },
  async open(files, path, options) {
    const file = files.baseName(path);
    const paths = await batches(files, path);
    const variant = await variantOf(files, paths[0] ?? path);
    if (variant === undefined) throw new SamplesError('the records are not those of CIFAR', { file });
    const parts = groupBySplit(paths, (batch) => files.baseName(batch));
    return openPart(parts, options.split, file, (part) => openBatches(files, part.paths, variant, options));
  },
};

async function batches(files: Files, path: string): Promise<string[]> {
  const kind = (await files.info(path))?.kind;
  if (kind === 'file') return [path];
  if (kind === undefined) return [];
  return (await files.list(path)).filter((name) => BATCH_NAME.test(name)).map((name) => files.join(path, name));
}

/** By the length of the file and the label bytes of its first records. */
async function variantOf(files: Files, batch: string): Promise<Variant | undefined> {
  const size = (await files.info(batch))?.size ?? 0;
  for (const variant of VARIANTS) {
    const record = variant.labelBytes.length + PIXELS;
    if (size === 0 || size % record !== 0) continue;
    const records = Math.min(100, size / record);
    const bytes = await files.read(batch, 0, records * record);
    const labelled = Array.from({ length: records }).every((_, i) =>
      variant.labelBytes.every((classes, byte) => (bytes[i * record + byte] ?? 255) < classes),
    );
    if (labelled) return variant;
  }
  return undefined;
}

async function openBatches(
  files: Files,
  paths: readonly string[],
  variant: Variant,
  options: OpenOptions,
): Promise<SampleSource> {
  const labelSize = variant.labelBytes.length;
  const record = labelSize + PIXELS;
  const places: { path: string; record: number }[] = [];
  const labels: number[] = [];
  for (const path of paths) {
    const count = Math.floor(((await files.info(path))?.size ?? 0) / record);
    for (let start = 0; start < count; start += BLOCK) {
      const bytes = await files.read(path, start * record, Math.min(BLOCK, count - start) * record);
      for (let i = 0; (i + 1) * record <= bytes.length; i++) {
        places.push({ path, record: start + i });
        labels.push(bytes[i * record + labelSize - 1] ?? 0);
      }
    }
  }
  const classNames = options.classNames ?? (await classNamesBeside(files, paths[0] ?? '', variant));
  return {
    description: variant.name,
    count: places.length,
    labels: Int32Array.from(labels),
    ...(classNames !== undefined && { classNames }),
    splits: [],
    notes: [],
    values: 'bytes',
    name: (index) => `${files.baseName(places[index]?.path ?? '')}[${places[index]?.record ?? index}]`,
    read: (indices) =>
      Promise.all(
        indices.map(async (index) => {
          const place = places[index];
          const bytes =
            place === undefined
              ? new Uint8Array(0)
              : await files.read(place.path, place.record * record + labelSize, PIXELS);
          if (bytes.length !== PIXELS) return { reason: 'the record ends early' };
          return { pixels: bytes, channels: 3, height: SIDE, width: SIDE, planar: true };
        }),
      ),
  };
}

async function classNamesBeside(files: Files, batch: string, variant: Variant): Promise<string[] | undefined> {
  const path = files.join(files.parent(batch), variant.namesFile);
  if ((await files.info(path))?.kind !== 'file') return undefined;
  const lines = new TextDecoder().decode(await files.read(path, 0, 65536)).split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
