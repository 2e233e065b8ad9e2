/** @file What the tests in a real VS Code share, made once before they start side by side. */
import { findOrInstallChromium } from '../chromium';
import { packedExtension } from '../packedExtension';
import { installCodeServer, RELEASES } from './installCodeServer';
import { installExtensions } from './installExtensions';

export default async function prepare(): Promise<void> {
  findOrInstallChromium();
  const vsix = packedExtension();
  for (const release of Object.values(RELEASES)) await installExtensions(await installCodeServer(release), [vsix]);
}

// Also as a step of its own, so that `npm test` can install while other tests run.
if (process.argv[1] === import.meta.filename) await prepare();
