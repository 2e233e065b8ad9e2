/** @file A terminal that keeps what is written to it. */
import { plainText } from '../../src/engine/support/plainText';
import type { Terminal } from '../../src/cli/terminal';

export interface FakeTerminal extends Terminal {
  /** All that went to stdout. */
  readonly out: string;
  /** All that went to stderr, cursor movements included. */
  readonly err: string;
}

export function fakeTerminal(
  options: { interactive?: boolean; colours?: boolean; columns?: number } = {},
): FakeTerminal {
  let [out, err] = ['', ''];
  return {
    get out() {
      return out;
    },
    get err() {
      return err;
    },
    print(text) {
      out += text;
      return Promise.resolve();
    },
    tell(line) {
      err += `${plainText(line.replace(/\s+/g, ' ').trim(), 4000)}\n`;
    },
    draw(text) {
      err += text;
    },
    colours: options.colours ?? false,
    interactive: options.interactive ?? false,
    columns: () => options.columns ?? 80,
  };
}
