/** @file What is to be scanned, and the file it was ordered for. */
import * as vscode from 'vscode';
import type { ModelAndSamples } from '../../runner/protocol/protocol';
import type { RuntimeRequest } from '../../runner/runtimes/runtimes';
import type { FileState, StoredResult } from './resultStorage';
import type { SamplesChoice } from '../samples/sampleMemory';
import { readSettings } from '../support/settings';

/** What is to be scanned. */
export interface ScanOrder {
  /** Of a file on this machine. */
  readonly uri: vscode.Uri;
  readonly samples: SamplesChoice;
  /** Clean sample as `data:` URI. */
  readonly sample?: string;
  /** URI of the model that this one is a repaired copy of. */
  readonly repairedFrom?: string;
}

/** As the engine wants it. */
export function taskOf({ uri, samples }: ScanOrder): ModelAndSamples & { readonly runtime: RuntimeRequest } {
  const { runtime, limit } = readSettings(uri);
  const withoutSamples = samples.data === undefined;
  return { model: uri.fsPath, ...samples, withoutSamples, runtime, ...(limit !== undefined && { limit }) };
}

/** As it is kept on disk. */
export function storedOrder({ uri, samples, sample, repairedFrom }: ScanOrder): Omit<StoredResult, 'file'> {
  return {
    uri: uri.toString(),
    samples,
    ...(sample !== undefined && { sample }),
    ...(repairedFrom !== undefined && { repairedFrom }),
  };
}

/** Throws where the file is gone. */
export async function fileState(uri: vscode.Uri): Promise<FileState> {
  const { size, mtime } = await vscode.workspace.fs.stat(uri);
  return { size, modified: mtime };
}

/** Equal size and time: most probably the same content. */
export function isSame(before: FileState, now: FileState | undefined): boolean {
  return now?.size === before.size && now.modified === before.modified;
}
