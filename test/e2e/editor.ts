/** @file What the end-to-end tests start with: a VS Code with the packed extension, a browser, a workspace. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium';
import { packedExtension } from '../support/packedExtension';
import { type CodeServer, type CodeServerOptions, startCodeServer } from '../support/vscode/codeServer';
import { type CodeServerRelease, installCodeServer } from '../support/vscode/installCodeServer';
import { Window } from '../support/vscode/window';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** Settings for tests that are about something else than what a scan finds. */
export const QUICK = { 'neuralCleanse.preset': 'quick' };

/** Settings for tests that interrupt a scan: it must not end before they do. */
export const LONG = { 'neuralCleanse.preset': 'thorough', 'neuralCleanse.seeds': 8 };

export interface Editor {
  readonly server: CodeServer;
  readonly browser: Browser;
  /** Folder with a copy of the sample models and their images. */
  readonly workspace: string;
  /** On the workspace, unless another place is given; `null`: a window without a folder. */
  open(name: string, place?: string | null): Promise<Window>;
  close(): Promise<void>;
}

export async function openEditor(
  release: CodeServerRelease,
  { vsix = [], ...options }: Partial<CodeServerOptions> = {},
): Promise<Editor> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'neural-cleanse-e2e-'));
  const workspace = path.join(folder, 'models');
  cpSync(path.join(ROOT, 'media', 'sample'), workspace, { recursive: true });
  const server = await startCodeServer(await installCodeServer(release), {
    ...options,
    vsix: [packedExtension(), ...vsix],
  });
  const browser = await launchChromium();
  return {
    server,
    browser,
    workspace,
    open: (name, place = workspace) => Window.open(browser, server, place ?? undefined, name),
    close: async () => {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
