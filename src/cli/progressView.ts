/** @file Shows progress on stderr: redrawn in place on a terminal, a plain line now and then in a log. */
import type { Terminal } from './terminal';

/** Seconds between lines in a log. */
const LOG_INTERVAL = 10;

/** One state of the work, in both forms. */
export interface Progress {
  lines(columns: number): readonly string[];
  log(): string;
}

export class ProgressView {
  #drawn = 0;
  #current: Progress | undefined;
  #logged: number;

  /** `now` in seconds. */
  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
  ) {
    this.#logged = now();
  }

  update(progress: Progress): void {
    this.#current = progress;
    if (this.terminal.interactive) {
      this.#draw(progress.lines(this.terminal.columns()));
    } else if (this.now() - this.#logged >= LOG_INTERVAL) {
      this.#logged = this.now();
      this.terminal.tell(progress.log());
    }
  }

  /** A line that stays, above the progress. */
  tell(line: string): void {
    this.#draw([]);
    this.terminal.tell(line);
    if (this.terminal.interactive && this.#current !== undefined) this.update(this.#current);
  }

  /** Takes the progress off the screen. */
  clear(): void {
    this.#draw([]);
    this.#current = undefined;
  }

  #draw(lines: readonly string[]): void {
    if (lines.length === 0 && this.#drawn === 0) return;
    const up = this.#drawn === 0 ? '' : `\u{1b}[${this.#drawn}A`;
    this.terminal.draw(`${up}\r\u{1b}[J${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }
}
