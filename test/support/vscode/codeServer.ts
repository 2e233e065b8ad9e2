/** @file A running code-server: a VS Code of its own, with extensions installed from VSIX files, on this machine only. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { eventually } from '../patience';
import { descendants } from '../processes';
import { installExtensions } from './installExtensions';
import type { InstalledCodeServer } from './installCodeServer';

export interface CodeServerOptions {
  readonly vsix: readonly string[];
  /** User settings beside the quiet ones below. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the extension host, added to ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** No folder is trusted until the user says so; otherwise all are. */
  readonly restricted?: boolean;
  /** 0: any free port. */
  readonly port?: number;
}

export interface CodeServer {
  /** Address of a window on a folder of this machine, on a `.code-workspace` file, or without either. */
  windowUrl(place?: string): string;
  /** What it has printed so far. */
  output(): string;
  /** Extension hosts that live; the one of a window outlives it for a moment, and keeps its storage for itself until then. */
  extensionHosts(): number;
  /** Ends it and removes everything that it wrote. */
  stop(): Promise<void>;
}

/** Nothing that is not under test asks for attention or looks for the network. */
const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
};

export async function startCodeServer(installed: InstalledCodeServer, options: CodeServerOptions): Promise<CodeServer> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-vscode-'));
  const userSettings = path.join(home, 'data', 'User', 'settings.json');
  await fs.mkdir(path.dirname(userSettings), { recursive: true });
  await fs.writeFile(userSettings, JSON.stringify({ ...QUIET_SETTINGS, ...options.settings }));

  const places = ['--config', path.join(home, 'config.yaml'), '--user-data-dir', path.join(home, 'data')];
  places.push('--extensions-dir', await installExtensions(installed, options.vsix));
  const env = { ...process.env, EXTENSIONS_GALLERY: '{}', ...options.env };

  const server = spawn(
    installed.nodeBinary,
    [
      installed.entry,
      ...places,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${options.port ?? 0}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.restricted === true ? [] : ['--disable-workspace-trust']),
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  server.stdout.on('data', collect);
  server.stderr.on('data', collect);
  const stop = async (): Promise<void> => {
    await end(server);
    await fs.rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = await waitForAddress(server, () => output);
    return {
      windowUrl: (place) => {
        if (place === undefined) return `${address}?ew=true`;
        const kind = place.endsWith('.code-workspace') ? 'workspace' : 'folder';
        return `${address}?${kind}=${encodeURIComponent(place)}`;
      },
      output: () => output,
      extensionHosts: () => descendants(server.pid ?? 0, 'type=extensionHost').length,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function waitForAddress(server: ChildProcess, output: () => string): Promise<string> {
  const address = (): string | undefined => /HTTP server listening on (http:\S+)/.exec(output())?.[1];
  await eventually('code-server to start', () => server.exitCode !== null || address() !== undefined);
  const found = address();
  if (found === undefined) throw new Error(`code-server did not start:\n${output()}`);
  return found;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill();
  const force = setTimeout(() => server.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}
