/** @file Scans as a person at a terminal sees them: progress while they run, and what Ctrl-C does to them. */
import type { CheckpointStore } from '../engine/detect/scanJob';
import { cutToColumns } from '../engine/output/text/columns';
import type { ScanReport } from '../engine/report/scanReport';
import { scanModel, type ScanRequest } from '../engine/scan/scanModel';
import { CancelledError } from '../engine/support/errors';
import type { CommandContext } from './context';
import { logLine, terminalLines } from './progressLines';
import type { ProgressView } from './progressView';

export interface WatchOptions {
  /** A line above the progress. */
  readonly heading?: string;
  readonly checkpoints?: CheckpointStore;
}

/** A scan whose progress is shown in `view`, which is left as it is in the end. */
export function watchedScan(
  request: Omit<ScanRequest, 'now'>,
  { signal, now }: CommandContext,
  view: ProgressView,
  { heading, checkpoints }: WatchOptions = {},
): Promise<ScanReport> {
  return scanModel(
    { ...request, now },
    {
      signal,
      ...(checkpoints && { checkpoints }),
      onProgress: (progress) => {
        view.update({
          lines: (columns) => [
            ...(heading === undefined ? [] : [cutToColumns(heading, columns - 1)]),
            ...terminalLines(progress, columns),
          ],
          log: () => (heading === undefined ? logLine(progress) : `${heading}: ${logLine(progress)}`),
        });
      },
    },
  );
}

/** Does work that keeps what is done of it: says so when it is stopped. `how`: what goes on from there. Takes the progress off the screen. */
export async function resumable<T>(
  view: ProgressView,
  { terminal, signal }: CommandContext,
  how: string,
  work: () => Promise<T>,
): Promise<T> {
  const tellStop = (): void => {
    view.tell('Stopping; press Ctrl-C again to exit at once.');
  };
  signal.addEventListener('abort', tellStop, { once: true });
  try {
    return await work();
  } catch (error) {
    view.clear();
    if (error instanceof CancelledError) terminal.tell(`Stopped. What was done is kept: ${how} goes on from there.`);
    throw error;
  } finally {
    view.clear();
    signal.removeEventListener('abort', tellStop);
  }
}
