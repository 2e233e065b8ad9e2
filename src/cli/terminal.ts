/** @file The two streams a command writes to: results on stdout, everything else on stderr. */
import type { WriteStream } from 'node:tty';
import { plainText } from '../engine/support/plainText';

export interface Terminal {
  /** To stdout; resolves when the text has left the process. */
  print(text: string): Promise<void>;
  /** A line to stderr, made harmless for a terminal. */
  tell(line: string): void;
  /** To stderr as it is: cursor movements and colours. */
  draw(text: string): void;
  /** Whether stdout shows colours. */
  readonly colours: boolean;
  /** Whether stderr is a terminal on which lines can be redrawn. */
  readonly interactive: boolean;
  /** Columns of stderr, now. */
  columns(): number;
}

const MAX_LINE = 4000;
const DEFAULT_COLUMNS = 80;

/** The process's own streams. `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are honoured. */
export function processTerminal(
  stdout: WriteStream,
  stderr: WriteStream,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  // A reader that closed its end (`| head`) has seen enough; that is no error.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const dumb = env['TERM'] === 'dumb';
  return {
    print: (text) =>
      new Promise((resolve) => {
        stdout.write(text, () => {
          resolve();
        });
      }),
    tell: (line) => {
      stderr.write(`${plainText(line.replace(/\s+/g, ' ').trim(), MAX_LINE)}\n`);
    },
    draw: (text) => {
      stderr.write(text);
    },
    colours: isSet(env['FORCE_COLOR']) || (stdout.isTTY && !dumb && !isSet(env['NO_COLOR'])),
    interactive: stderr.isTTY && !dumb,
    columns: () => (stderr.isTTY ? stderr.columns : DEFAULT_COLUMNS),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
