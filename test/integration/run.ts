/**
 * @file Runs the suite inside a real VS Code: the desktop one where it can be downloaded and shown, else code-server
 * with a headless browser as its window. Prints what comes, and keeps the counts for `npm test`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { launchChromium } from '../support/chromium';
import { packedExtension } from '../support/packedExtension';
import { startCodeServer } from '../support/vscode/codeServer';
import { downloadedDesktop } from '../support/vscode/desktop';
import { installCodeServer, RELEASES } from '../support/vscode/installCodeServer';
import { packedTestExtension } from '../support/vscode/testExtension';
import { type SuiteEvent, VARIABLES } from './events';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const BUNDLE = path.join(ROOT, '.cache', 'integration', 'suite.cjs');
const COUNTS = path.join(ROOT, '.cache', 'test-results', 'integration.json');
/** Longest time without news from the suite, milliseconds. */
const PATIENCE = 180_000;

interface Outcome {
  passed: number;
  failed: number;
  ended: boolean;
}

const work = mkdtempSync(path.join(os.tmpdir(), 'neural-cleanse-'));
const workspace = path.join(work, 'workspace');
const events = path.join(work, 'events.jsonl');
const env = { [VARIABLES.project]: ROOT, [VARIABLES.results]: events };
const outcome: Outcome = { passed: 0, failed: 0, ended: false };

// Without a model in it, so that the extension has no reason to start by itself.
mkdirSync(workspace);
writeFileSync(events, '');
await esbuild.build({
  entryPoints: [path.join(import.meta.dirname, 'suite', 'index.ts')],
  outfile: BUNDLE,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'mocha'],
  sourcemap: 'inline',
  logLevel: 'warning',
});

try {
  const desktop = await downloadedDesktop(ROOT);
  await (desktop === undefined ? runInCodeServer() : runOnDesktop(desktop));
} catch (error) {
  console.error(error);
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (!outcome.ended) outcome.failed++;
console.log(`\nIntegration tests: ${outcome.passed} passed, ${outcome.failed} failed`);
mkdirSync(path.dirname(COUNTS), { recursive: true });
const { passed: numPassedTests, failed: numFailedTests } = outcome;
writeFileSync(COUNTS, JSON.stringify({ numPassedTests, numFailedTests, success: numFailedTests === 0 }));
process.exitCode = numFailedTests === 0 ? 0 : 1;

async function runOnDesktop(vscodeExecutablePath: string): Promise<void> {
  console.log('Integration tests in the desktop VS Code');
  execFileSync(process.execPath, ['esbuild.mjs'], { cwd: ROOT, stdio: 'inherit' });
  let closed = false;
  const finished = runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: BUNDLE,
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
  }).finally(() => {
    closed = true;
  });
  await Promise.allSettled([
    finished,
    follow(
      () => '',
      () => closed,
    ),
  ]);
}

async function runInCodeServer(): Promise<void> {
  const server = await startCodeServer(await installCodeServer(RELEASES.newest), {
    vsix: [packedExtension(), packedTestExtension('testRunner', work)],
    env: { ...env, NEURAL_CLEANSE_SUITE: BUNDLE },
  });
  console.log(`Integration tests in code-server ${RELEASES.newest.version}`);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(server.windowUrl(workspace));
    await follow(() => server.output());
    if (!outcome.ended) await page.screenshot({ path: path.join(ROOT, 'artifacts', 'screenshots', 'integration.png') });
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Prints and counts events until the last one, until VS Code is `closed`, or until none has come for long. */
async function follow(diagnosis: () => string, closed: () => boolean = () => false): Promise<void> {
  let seen = 0;
  let last = Date.now();
  while (Date.now() - last < PATIENCE) {
    const isLast = closed();
    const complete = existsSync(events) ? readFileSync(events, 'utf8').split('\n').slice(0, -1) : [];
    for (const line of complete.slice(seen)) {
      last = Date.now();
      count(JSON.parse(line) as SuiteEvent);
    }
    seen = complete.length;
    if (outcome.ended || isLast) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.error(`Nothing heard from the suite for ${PATIENCE / 1000} s.\n${diagnosis()}`);
}

function count(event: SuiteEvent): void {
  switch (event.kind) {
    case 'pass':
      outcome.passed++;
      console.log(`  ✓ ${event.title} (${Math.round(event.milliseconds)} ms)`);
      break;
    case 'fail':
      outcome.failed++;
      console.log(`  ✗ ${event.title}\n${event.error}`);
      break;
    case 'end':
      outcome.ended = true;
  }
}
