/**
 * @file code-server, a real VS Code in the browser, and the Node.js it runs on: installed once from the npm registry
 * into the user's cache. Nothing is compiled; two native modules that only log and watch have stand-ins.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../src/runner/files/cacheFolder';

export interface CodeServerRelease {
  readonly version: string;
  /** Major version of Node.js that it is made for. */
  readonly node: number;
}

/** The newest VS Code that we test, and the oldest that `engines.vscode` in package.json allows. */
export const RELEASES = {
  newest: { version: '4.139.1', node: 24 },
  oldest: { version: '4.100.3', node: 20 },
} as const satisfies Record<string, CodeServerRelease>;

export interface InstalledCodeServer extends CodeServerRelease {
  /** Absolute path of the Node.js binary. */
  readonly nodeBinary: string;
  /** Absolute path of the script that it runs. */
  readonly entry: string;
}

/** Folder to install into instead of the user's cache. */
const ENVIRONMENT_VARIABLE = 'NEURAL_CLEANSE_TEST_CACHE';

/** Raise when the steps below change, so that what earlier ones installed is not used. */
const RECIPE = 1;

const STAND_INS = { spdlog: ['@vscode/spdlog'], watchdog: ['@vscode/native-watchdog', 'native-watchdog'] };

/** Returns at once when it is installed already. @throws Error that says what is missing. */
export async function installCodeServer(release: CodeServerRelease): Promise<InstalledCodeServer> {
  const cache = process.env[ENVIRONMENT_VARIABLE] ?? path.join(cacheFolder(), 'test');
  const folder = path.join(cache, `code-server-${release.version}-${RECIPE}`);
  if (!existsSync(folder)) await installInto(folder, release);
  const modules = path.join(folder, 'node_modules');
  return {
    ...release,
    nodeBinary: path.join(modules, nodePackage(), 'bin', 'node'),
    entry: path.join(modules, 'code-server', 'out', 'node', 'entry.js'),
  };
}

/** The folder appears complete or not at all; of two processes that install at once, one throws its work away. */
async function installInto(folder: string, { version, node }: CodeServerRelease): Promise<void> {
  console.log(`Installing code-server ${version} into ${folder}, once`);
  await fs.mkdir(path.dirname(folder), { recursive: true });
  const work = await fs.mkdtemp(`${folder}.`);
  try {
    const manifest = {
      private: true,
      dependencies: { 'code-server': version, [nodePackage()]: `^${node}` },
      // Newer ones bring their binaries along.
      overrides: { argon2: '^0.44.0' },
    };
    await fs.writeFile(path.join(work, 'package.json'), JSON.stringify(manifest));
    await npmInstall(work);
    const vscode = path.join(work, 'node_modules', 'code-server', 'lib', 'vscode');
    await npmInstall(vscode);
    for (const [standIn, names] of Object.entries(STAND_INS)) {
      for (const name of names) {
        const main = path.join(vscode, 'node_modules', name, 'index.js');
        if (existsSync(main)) await fs.copyFile(path.join(import.meta.dirname, 'standIns', `${standIn}.cjs`), main);
      }
    }
    await fs.rename(work, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await fs.rm(work, { recursive: true, force: true });
  }
}

function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`;
}

async function npmInstall(cwd: string): Promise<void> {
  const options = [
    '--ignore-scripts',
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ];
  try {
    await promisify(execFile)('npm', ['install', ...options], { cwd });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(
      `npm could not install code-server, which the tests in a real VS Code run in. They need Linux or macOS, the npm ` +
        `registry once, and about 1 GB in the cache folder (${ENVIRONMENT_VARIABLE} chooses another). npm says:\n${stderr}`,
      { cause: error },
    );
  }
}
