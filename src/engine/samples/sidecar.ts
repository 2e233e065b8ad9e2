/** @file Settings that worked for a model, in a small JSON file beside it; it can be committed and edited by hand. */
import * as z from 'zod';
import { UsageError } from '../support/errors';
import type { Files } from '../support/files';
import { preprocessingSchema } from './preprocessing/preprocessing';
import { SIDECAR } from './sidecarName';

const MAX_BYTES = 1 << 20;

/**
 * Relative to the model's folder, with `/` between its parts; may climb out of it, as data sets often lie beside a model's
 * folder. Absolute and network paths are refused: the file may come from somebody else.
 */
const relativePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !/^[/\\]|^[a-z]+:|\\|\0/i.test(path), 'the path must be relative, with forward slashes');

const sidecarSchema = z.object({
  version: z.literal(1),
  samples: z
    .object({
      path: relativePath,
      /** Table or array of labels. */
      labels: relativePath.optional(),
      split: z.string().min(1).max(200).optional(),
    })
    .optional(),
  preprocessing: preprocessingSchema.optional(),
  /** In the model's order. */
  classNames: z.array(z.string().max(500)).min(2).max(1_000_000).optional(),
});

export type Sidecar = z.infer<typeof sidecarSchema>;

/** `MODEL.neural-cleanse.json` in the folder of the model. */
export function sidecarPath(files: Files, model: string): string {
  return files.join(files.parent(model), `${files.baseName(model)}${SIDECAR}`);
}

/** The settings beside `model`, `undefined` when there are none. Members we do not know are left out; wrong ones throw. */
export async function readSidecar(files: Files, model: string): Promise<Sidecar | undefined> {
  const path = sidecarPath(files, model);
  const info = await files.info(path);
  if (info?.kind !== 'file') return undefined;
  const invalid = (got: string, place?: string): UsageError =>
    new UsageError('the saved settings of the model cannot be read', {
      file: files.baseName(path),
      ...(place !== undefined && { place }),
      expected: 'settings as the scan saves them',
      got,
      hint: 'Correct or delete the file.',
    });
  if (info.size > MAX_BYTES) throw invalid(`${info.size} bytes`);
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(await files.read(path)));
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'no JSON');
  }
  const parsed = sidecarSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue?.message ?? 'something else', issue?.path.join('.'));
}

/** The text to save under {@link sidecarPath}. */
export function sidecarText(sidecar: Sidecar): string {
  return `${JSON.stringify(sidecarSchema.parse(sidecar), undefined, 2)}\n`;
}

/** Path of a file that the sidecar names, for the host's file access. */
export function resolveBeside(files: Files, model: string, relative: string): string {
  return files.join(files.parent(model), ...relative.split('/'));
}
