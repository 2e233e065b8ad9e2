/** @file One engine process: forked, spoken to, ended. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
  type MessageConnection,
  type RequestType,
} from 'vscode-jsonrpc/node';
import { engineStopped } from '../protocol/engineStopped';
import { fromTransported } from '../protocol/errorTransport';
import type { TransportedError } from '../protocol/protocol';

export interface EngineProcessOptions {
  /** Path of the bundled entry. */
  readonly entry: string;
  /** Node's own options, such as a heap limit. */
  readonly execArgv: readonly string[];
  /** Milliseconds a cancelled request may take to answer before the process is killed. */
  readonly grace: number;
  /** Gets what the process writes to stdout and stderr. */
  readonly log: (text: string) => void;
}

/** The process was ended on purpose: nothing went wrong, but its open requests have no answer. */
export class EngineEnded extends Error {}

/** Characters; Node puts a long stack after the reason of its death. */
const STDERR_KEPT = 20_000;

/** Milliseconds after the end during which output may still arrive. */
const LAST_OUTPUT = 500;

export class EngineConnection {
  readonly connection: MessageConnection;
  readonly #child: ChildProcess;
  readonly #options: EngineProcessOptions;
  /** Rejects, and nothing else, when the process ends. */
  readonly ended: Promise<never>;
  #wanted = true;
  #stderr = '';

  constructor(options: EngineProcessOptions) {
    this.#options = options;
    this.#child = fork(options.entry, [], {
      execPath: process.execPath,
      execArgv: [...options.execArgv],
      // An editor's own executable behaves as Node with this.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', options.log);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
      options.log(text);
    });
    this.ended = this.#untilEnd();
    this.ended.catch(() => undefined);
    this.connection = createMessageConnection(new IPCMessageReader(this.#child), new IPCMessageWriter(this.#child));
    this.connection.onError(([error]) => {
      options.log(`${error.message}\n`);
    });
    this.connection.listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Rejects with the errors of the other side, with what {@link engineStopped} makes of a crash, or with
   * {@link EngineEnded}. `signal` asks the process to stop this request, and kills it when it does not.
   */
  async request<P, R>(type: RequestType<P, R, TransportedError>, params: P, signal?: AbortSignal): Promise<R> {
    const source = new CancellationTokenSource();
    let timer: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      source.cancel();
      timer = setTimeout(() => {
        this.kill();
      }, this.#options.grace);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await Promise.race([this.connection.sendRequest<R>(type.method, params, source.token), this.ended]);
    } catch (error) {
      if (error instanceof ResponseError && isTransported(error.data)) throw fromTransported(error.data);
      // A message that could not be sent is no news where the process has gone.
      if (this.#child.connected) throw error;
      return await this.ended;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /** Lets the process keep what it has and end itself; kills it if that takes too long. */
  async end(): Promise<void> {
    this.#wanted = false;
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => {
      this.kill();
    }, this.#options.grace);
    await this.ended.catch(() => undefined);
    clearTimeout(timer);
  }

  kill(): void {
    this.#wanted = false;
    this.#child.kill('SIGKILL');
  }

  async #untilEnd(): Promise<never> {
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.#child.once('exit', (code, name) => {
        resolve([code, name]);
      });
      this.#child.once('error', (error) => {
        this.#stderr += error.message;
        if (this.#child.pid === undefined) resolve([null, null]);
      });
    });
    await Promise.race([once(this.#child, 'close'), sleep(LAST_OUTPUT)]);
    this.connection.dispose();
    throw this.#wanted ? engineStopped({ exitCode, signal, stderr: this.#stderr }) : new EngineEnded();
  }
}

function isTransported(data: unknown): data is TransportedError {
  return typeof data === 'object' && data !== null && 'summary' in data && 'details' in data;
}
