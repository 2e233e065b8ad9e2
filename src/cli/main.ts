/** @file Entry of the command line; the only place that ends the process. */
import { runCli } from './cli';
import { EXIT } from './exitCode';
import { processTerminal } from './terminal';

const interrupt = new AbortController();

/** The first Ctrl-C asks the work to stop and keep what it has; the second does not ask. */
function onInterrupt(): void {
  if (interrupt.signal.aborted) process.exit(EXIT.cancelled);
  interrupt.abort();
}
process.on('SIGINT', onInterrupt);
process.on('SIGTERM', onInterrupt);

process.exit(
  await runCli(process.argv.slice(2), {
    terminal: processTerminal(process.stdout, process.stderr, process.env),
    signal: interrupt.signal,
    now: () => performance.now() / 1000,
  }),
);
