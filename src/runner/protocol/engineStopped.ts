/** @file What is said when the engine process ends although nobody asked it to. */
import { NeuralCleanseError } from '../../engine/support/errors';
import { SPARE_MEMORY, tellsOfMemory } from './outOfMemory';

/** The engine process crashed, was killed, or did so too often to be started again. Finished labels are kept. */
export class EngineStoppedError extends NeuralCleanseError {}

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote to stderr. */
  readonly stderr: string;
}

const GO_ON = 'What was finished is kept; scan again to go on.';

export function engineStopped({ exitCode, signal, stderr }: ProcessEnd): EngineStoppedError {
  if (tellsOfMemory(stderr)) {
    return new EngineStoppedError('The engine process ran out of memory', { hint: `${GO_ON} ${SPARE_MEMORY}` });
  }
  if (signal === 'SIGKILL') {
    return new EngineStoppedError(
      'The engine process was stopped from outside (signal SIGKILL), as systems do when memory runs short',
      { hint: `${GO_ON} ${SPARE_MEMORY}` },
    );
  }
  const how = signal === null ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signal}`;
  return new EngineStoppedError(`The engine process stopped unexpectedly (${how})`, { hint: GO_ON });
}
