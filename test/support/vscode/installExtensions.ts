/** @file Extensions installed from VSIX files, once for all editors that have the same ones. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { InstalledCodeServer } from './installCodeServer';

const FOLDER = path.resolve(import.meta.dirname, '..', '..', '..', '.cache', 'extensions');

/** The folder they are in; editors read it only. */
export async function installExtensions(
  { entry, nodeBinary, version }: InstalledCodeServer,
  vsix: readonly string[],
): Promise<string> {
  const hash = createHash('sha256').update(version);
  for (const file of vsix) hash.update(await fs.readFile(file));
  const folder = path.join(FOLDER, hash.digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  await fs.mkdir(FOLDER, { recursive: true });
  const work = await fs.mkdtemp(`${folder}.`);
  try {
    const extensions = path.join(work, 'extensions');
    const places = ['--config', path.join(work, 'config.yaml'), '--user-data-dir', path.join(work, 'data')];
    for (const file of vsix) {
      const command = [entry, ...places, '--extensions-dir', extensions, '--install-extension', path.resolve(file)];
      await promisify(execFile)(nodeBinary, command, { env: { ...process.env, EXTENSIONS_GALLERY: '{}' } });
    }
    // It appears complete or not at all; of two that install at once, one throws its work away.
    await fs.rename(extensions, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await fs.rm(work, { recursive: true, force: true });
  }
}
