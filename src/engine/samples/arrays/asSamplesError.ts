/** @file Errors of readers that models and samples share, as errors of the samples. */
import { ModelFormatError, SamplesError, UnsupportedModelError } from '../../support/errors';

/** Runs `work`; what it says about a model file becomes a {@link SamplesError} about `file`. */
export async function asSamplesError<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw samplesError(file, cause);
  }
}

export function samplesError(file: string, cause: unknown): unknown {
  if (!(cause instanceof ModelFormatError || cause instanceof UnsupportedModelError)) return cause;
  return new SamplesError(cause.summary, { ...cause.details, file }, { cause });
}
