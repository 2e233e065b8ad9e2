/**
 * @file Runs a suite of mocha inside a real VS Code: the desktop one where it can be downloaded and shown, else code-server
 * with a headless browser as its window.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { type SuiteEvent, VARIABLES } from '../../integration/events';
import { launchChromium } from '../chromium';
import { packedExtension } from '../packedExtension';
import { PATIENCE } from '../patience';
import { startCodeServer } from './codeServer';
import { downloadedDesktop } from './desktop';
import { installCodeServer, RELEASES } from './installCodeServer';
import { packedTestExtension } from './testExtension';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');

/** `entry`: the file whose `run` is called inside the host. Rejects where the suite falls silent before its last event. */
export async function runHostSuite(entry: string, onEvent: (event: SuiteEvent) => void): Promise<void> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'neural-cleanse-'));
  const workspace = path.join(work, 'workspace');
  const events = path.join(work, 'events.jsonl');
  const bundle = path.join(ROOT, '.cache', 'integration', `suite-${process.pid}.cjs`);
  const env = { [VARIABLES.project]: ROOT, [VARIABLES.results]: events };
  // Without a model in it, so that the extension has no reason to start by itself.
  mkdirSync(workspace);
  writeFileSync(events, '');
  await esbuild.build({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const following = new Following(events, onEvent);
  try {
    const desktop = await downloadedDesktop(ROOT);
    if (desktop === undefined) await runInCodeServer(workspace, bundle, env, work, following);
    else await runOnDesktop(desktop, workspace, bundle, env, work, following);
  } finally {
    following.stop();
    rmSync(work, { recursive: true, force: true });
    rmSync(bundle, { force: true });
  }
}

async function runOnDesktop(
  vscodeExecutablePath: string,
  workspace: string,
  bundle: string,
  env: Record<string, string>,
  work: string,
  following: Following,
): Promise<void> {
  console.log('In the desktop VS Code');
  execFileSync(process.execPath, ['esbuild.mjs'], { cwd: ROOT, stdio: 'inherit' });
  const finished = runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: bundle,
    extensionTestsEnv: env,
    launchArgs: [
      workspace,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--user-data-dir',
      path.join(work, 'user'),
      '--extensions-dir',
      path.join(work, 'extensions'),
    ],
  }).catch(() => undefined);
  await Promise.race([finished, following.ended]);
  await finished;
  following.read();
  if (!following.complete) throw new Error('VS Code has ended before the suite.');
}

async function runInCodeServer(
  workspace: string,
  bundle: string,
  env: Record<string, string>,
  work: string,
  following: Following,
): Promise<void> {
  const server = await startCodeServer(await installCodeServer(RELEASES.newest), {
    vsix: [packedExtension(), packedTestExtension('testRunner', work)],
    env: { ...env, NEURAL_CLEANSE_SUITE: bundle },
  });
  console.log(`In code-server ${RELEASES.newest.version}`);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(server.windowUrl(workspace));
    await following.ended.catch(async (error: unknown) => {
      await page.screenshot({ path: path.join(ROOT, 'artifacts', 'screenshots', 'integration.png') });
      console.error(server.output());
      throw error;
    });
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Hands on the events that are written to a file. */
class Following {
  /** Resolves with the last event; rejects when none has come for long. */
  readonly ended: Promise<void>;
  complete = false;
  #seen = 0;
  #finish!: (error?: Error) => void;
  #silence: NodeJS.Timeout | undefined;
  readonly #watcher;

  constructor(
    private readonly file: string,
    private readonly onEvent: (event: SuiteEvent) => void,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.#finish = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    this.ended.catch(() => undefined);
    this.#watcher = watch(file, () => {
      this.read();
    });
    this.#wait();
  }

  read(): void {
    const complete = readFileSync(this.file, 'utf8').split('\n').slice(0, -1);
    const news = complete.slice(this.#seen);
    this.#seen = complete.length;
    if (news.length > 0) this.#wait();
    for (const line of news) {
      const event = JSON.parse(line) as SuiteEvent;
      this.onEvent(event);
      if (event.kind !== 'end') continue;
      this.complete = true;
      this.#finish();
    }
  }

  stop(): void {
    this.#watcher.close();
    clearTimeout(this.#silence);
  }

  /** A test waits no longer than {@link PATIENCE} for each of its events, of which it has a few. */
  #wait(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#finish(new Error(`Nothing heard from the suite for ${(3 * PATIENCE) / 1000} s.`));
    }, 3 * PATIENCE);
  }
}
