/** @file The error of a file that cannot be written where the user wanted it. */
import { UsageError } from '../../engine/support/errors';
import { systemReason } from './systemReason';

/** `what` is the file for people, such as "the report". */
export function cannotWrite(what: string, file: string, cause: unknown): UsageError {
  const summary = `${what} cannot be written (${systemReason(cause)})`;
  return new UsageError(summary, { file, hint: 'Choose another place.' }, { cause });
}
