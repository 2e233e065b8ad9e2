/** @file A headless Chromium for tests: the one that is installed, or Debian's, which is installed when missing. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Path of a Chromium or Chrome to use instead of those found. */
const ENVIRONMENT_VARIABLE = 'NEURAL_CLEANSE_CHROMIUM';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const DEBIAN_PACKAGES = ['chromium', 'fonts-dejavu-core'];

const SWITCHES = [
  // Root in a container has no user namespace to build the sandbox from; the pages are our own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
];

/** Path of its executable. @throws Error that says what to install. */
export function findOrInstallChromium(): string {
  return findChromium() ?? installChromium();
}

export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: findOrInstallChromium(), args: SWITCHES });
}

function findChromium(): string | undefined {
  const named = process.env[ENVIRONMENT_VARIABLE];
  if (named === undefined) return USUAL_PLACES.find((file) => existsSync(file));
  if (!existsSync(named)) throw new Error(`${ENVIRONMENT_VARIABLE} names ${named}, which does not exist.`);
  return named;
}

function installChromium(): string {
  const advice =
    `Tests in a browser need Chromium. Install it (Debian, Ubuntu: "sudo apt-get install ${DEBIAN_PACKAGES.join(' ')}"), ` +
    `or set ${ENVIRONMENT_VARIABLE} to the path of a Chromium or Chrome.`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(advice);
  console.log(`Installing ${DEBIAN_PACKAGES.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const command of [['update'], ['install', '--yes', '--no-install-recommends', ...DEBIAN_PACKAGES]]) {
    const { status, stderr } = spawnSync('apt-get', command, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${advice}\napt-get ${command.join(' ')} failed:\n${stderr}`);
  }
  const installed = findChromium();
  if (installed === undefined) throw new Error(advice);
  return installed;
}
