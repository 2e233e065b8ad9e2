/** @file Finds the one model in a folder. */
import { UnsupportedModelError, UsageError } from '../support/errors';
import type { Files } from '../support/files';
import type { ModelFormat } from './format';
import { MAIN_FILES } from './mainFiles';
import { EXPORT_SAVED_MODEL } from './recognise';

const MAX_ENTRIES = 1000;

/**
 * Path of `saved_model.pb` or `model.json`, or else of the only file in the folder for which `detect` knows a format. Throws
 * {@link UsageError} if there is none or a choice, {@link UnsupportedModelError} for a SavedModel in text.
 */
export async function modelInFolder(
  files: Files,
  folder: string,
  detect: (path: string) => Promise<ModelFormat | undefined>,
): Promise<string> {
  const names = await files.list(folder);
  const main = MAIN_FILES.find((name) => names.includes(name));
  if (main !== undefined) return files.join(folder, main);
  if (names.includes('saved_model.pbtxt')) {
    throw new UnsupportedModelError('the folder is a TensorFlow SavedModel in text', { hint: EXPORT_SAVED_MODEL });
  }
  const models: string[] = [];
  for (const name of names.slice(0, MAX_ENTRIES)) {
    const path = files.join(folder, name);
    const info = await files.info(path);
    if (info?.kind === 'file' && info.size > 0 && (await detect(path)) !== undefined) models.push(name);
  }
  const [only, second] = models;
  if (only !== undefined && second === undefined) return files.join(folder, only);
  throw new UsageError(only === undefined ? 'the folder holds no model file' : 'the folder holds several model files', {
    expected: 'one model',
    got: only === undefined ? `${String(names.length)} other entries` : models.slice(0, 10).join(', '),
    ...(only === undefined ? {} : { hint: 'Name the file.' }),
  });
}
