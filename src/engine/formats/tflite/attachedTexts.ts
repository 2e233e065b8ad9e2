/** @file What the writer of TensorFlow Lite's metadata hangs behind a model, as a zip archive: files with the names of its classes. */
import { openArchive, readMember, type Archive } from '../../containers/zip/archive';
import { NeuralCleanseError } from '../../support/errors';

/** Names of 100,000 classes are about 2 MB. */
const MAX_BYTES = 4 << 20;

/** The text files, by name. What is no sound archive has none: a model needs none. */
export function attachedTexts(bytes: Uint8Array): ReadonlyMap<string, string> {
  const archive = soundly(() => openArchive(bytes));
  const names = archive?.members.map(({ name }) => name).filter((name) => name.endsWith('.txt')) ?? [];
  return new Map(names.flatMap((name) => textOf(archive, name)));
}

function textOf(archive: Archive | undefined, name: string): [string, string][] {
  const content = archive && soundly(() => readMember(archive, name, MAX_BYTES));
  return content === undefined ? [] : [[name, new TextDecoder().decode(content)]];
}

function soundly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NeuralCleanseError) return undefined;
    throw error;
  }
}
