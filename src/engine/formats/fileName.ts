/** @file Errors of readers get the name of the file that they are about. */
import { NeuralCleanseError, type ErrorDetails } from '../support/errors';
import type { Files } from '../support/files';

/** The one place where errors get the name of the file. */
export async function withFileName<T>(files: Files, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NeuralCleanseError) || error.details.file !== undefined) throw error;
    const SameClass = error.constructor as new (
      summary: string,
      details: ErrorDetails,
      options: { cause: unknown },
    ) => NeuralCleanseError;
    throw new SameClass(error.summary, { ...error.details, file: files.baseName(path) }, { cause: error });
  }
}
