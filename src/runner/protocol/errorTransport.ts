/** @file Errors on their way between processes: the class is kept, so that both sides can tell them apart. */
import {
  CancelledError,
  ModelFormatError,
  NeuralCleanseError,
  RuntimeUnavailableError,
  SamplesError,
  UnsupportedModelError,
  UsageError,
} from '../../engine/support/errors';
import { OutOfMemoryError, plainMemoryError } from './outOfMemory';
import type { TransportedError } from './protocol';

/** By the name they travel under; a minified bundle has changed those of the classes themselves. */
const CLASSES = {
  ModelFormatError,
  OutOfMemoryError,
  RuntimeUnavailableError,
  SamplesError,
  UnsupportedModelError,
  UsageError,
};

const CANCELLED = 'CancelledError';

export function toTransported(thrown: unknown): TransportedError {
  const error = plainMemoryError(thrown);
  if (error instanceof CancelledError) return { name: CANCELLED, summary: error.message, details: {} };
  if (error instanceof NeuralCleanseError) {
    const name = Object.entries(CLASSES).find(([, Class]) => error instanceof Class)?.[0] ?? 'Error';
    return { name, summary: error.summary, details: error.details, ...stackOf(error) };
  }
  return error instanceof Error
    ? { name: error.name, summary: error.message, details: {}, ...stackOf(error) }
    : { name: 'Error', summary: String(error), details: {} };
}

/** One of our classes, or a plain Error for what nobody expected. Its stack is the one of the other side. */
export function fromTransported({ name, summary, details, stack }: TransportedError): Error {
  if (name === CANCELLED) return new CancelledError();
  const Class = Object.entries(CLASSES).find(([known]) => known === name)?.[1];
  const error = Class === undefined ? new Error(summary) : new Class(summary, details);
  if (Class === undefined) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** With those of its causes, for the log. */
function stackOf(error: Error): { stack?: string } {
  const stacks: string[] = [];
  for (let current: unknown = error; current instanceof Error && stacks.length < 5; current = current.cause) {
    if (current.stack !== undefined) stacks.push(current.stack);
  }
  return stacks.length === 0 ? {} : { stack: stacks.join('\nCaused by: ') };
}
