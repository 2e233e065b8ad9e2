/** @file Copies of the sample model to scan, and waiting for what becomes of them. */
import * as assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../../src/host/services';
import type { ScanEntry } from '../../../src/shared/scanEntry';
import { PATIENCE } from '../../support/patience';
import { environment, extension } from './environment';

const SAMPLE = path.join(environment.project, 'media', 'sample');
const NAME = 'model.onnx';

export async function services(): Promise<Services> {
  return (await extension().activate()) as Services;
}

/** A model in a new folder of the workspace, with its samples already known. */
export function sampleModel(folder: string, source: 'infected' | 'clean' = 'infected'): vscode.Uri {
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(workspace, 'no folder is open');
  const place = path.join(workspace.uri.fsPath, folder);
  mkdirSync(place, { recursive: true });
  cpSync(path.join(SAMPLE, `${source}.onnx`), path.join(place, NAME));
  const images = path.join(workspace.uri.fsPath, 'images');
  cpSync(path.join(SAMPLE, 'images'), images, { recursive: true });
  const sidecar = { version: 1, samples: { path: '../images' } };
  writeFileSync(path.join(place, `${NAME}.neural-cleanse.json`), JSON.stringify(sidecar));
  return vscode.Uri.file(path.join(place, NAME));
}

/** Resolves as soon as the entry of `uri` fits; a missing entry is `undefined`. */
export async function until(
  uri: vscode.Uri,
  what: string,
  fits: (entry: ScanEntry | undefined) => boolean,
): Promise<ScanEntry | undefined> {
  const { store } = await services();
  const key = uri.toString();
  return await new Promise((resolve, reject) => {
    const look = (): void => {
      const entry = store.get(key);
      if (!fits(entry)) return;
      subscription.dispose();
      clearTimeout(timer);
      resolve(entry);
    };
    const subscription = store.onDidChange(look);
    const timer = setTimeout(() => {
      subscription.dispose();
      const { state, error } = store.get(key) ?? {};
      reject(new Error(`Waited ${PATIENCE / 1000} s for "${what}"; the entry is ${state ?? 'missing'} ${error ?? ''}`));
    }, PATIENCE);
    look();
  });
}

export function isOver(entry: ScanEntry | undefined): boolean {
  return entry?.state === 'done' || entry?.state === 'failed';
}

/** Scans in the folder of the workspace take a third of the time, until the returned function is called. */
export async function scanQuickly(): Promise<() => Promise<void>> {
  const set = async (preset: string | undefined): Promise<void> => {
    await vscode.workspace
      .getConfiguration('neuralCleanse')
      .update('preset', preset, vscode.ConfigurationTarget.Global);
  };
  await set('quick');
  return () => set(undefined);
}

/** Runs a command without waiting for it, as a click does. */
export function click(command: string, ...args: unknown[]): void {
  void vscode.commands.executeCommand(command, ...args);
}

/** What must not depend on interruptions: the results without times. */
export function resultOf(entry: ScanEntry | undefined): unknown {
  assert.ok(entry?.report, 'there is no report');
  const { seconds, imagePasses, ...rest } = entry.report;
  assert.ok(seconds > 0 && imagePasses > 0);
  return rest;
}
