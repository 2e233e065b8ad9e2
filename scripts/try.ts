// Opens a VS Code with the extension and the sample models in a workspace: on the desktop, or in a browser.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import * as path from 'node:path';
import { packedExtension } from '../test/support/packedExtension';
import { startCodeServer } from '../test/support/vscode/codeServer';
import { downloadedDesktop } from '../test/support/vscode/desktop';
import { installCodeServer, RELEASES } from '../test/support/vscode/installCodeServer';

const ROOT = path.resolve(import.meta.dirname, '..');
const folder = path.join(ROOT, '.cache', 'try');
const workspace = path.join(folder, 'workspace');

if (!existsSync(workspace)) cpSync(path.join(ROOT, 'media', 'sample'), workspace, { recursive: true });

const desktop = await downloadedDesktop(ROOT);
if (desktop === undefined) {
  await tryInBrowser();
} else {
  spawnSync(process.execPath, ['esbuild.mjs'], { cwd: ROOT, stdio: 'inherit' });
  const profile = ['--user-data-dir', path.join(folder, 'user'), '--disable-extensions'];
  spawnSync(desktop, [workspace, '--extensionDevelopmentPath', ROOT, ...profile], { stdio: 'inherit' });
}

async function tryInBrowser(): Promise<void> {
  console.log('Packing the extension');
  const vsix = [packedExtension()];
  const server = await startCodeServer(await installCodeServer(RELEASES.newest), { vsix });
  console.log(`\nOpen ${server.windowUrl(workspace)}\nand right-click infected.onnx. Ctrl+C ends it.`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await server.stop();
}
