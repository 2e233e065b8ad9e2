/** @file The user's settings, as the engine wants them. */
import * as vscode from 'vscode';
import type { ScanSettings } from '../../engine/report/scanReport';
import type { RuntimeName, RuntimeRequest } from '../../runner/runtimes/runtimes';
import { SETTINGS } from '../../shared/contributions';

export interface HostSettings {
  readonly scan: Partial<ScanSettings>;
  readonly runtime: RuntimeRequest;
  /** Most samples to use. */
  readonly limit?: number;
  readonly rememberSamples: 'besideModel' | 'workspace';
}

/** In force for this file, or in general. */
export function readSettings(scope?: vscode.Uri): HostSettings {
  const configuration = vscode.workspace.getConfiguration(undefined, scope ?? null);
  const get = <T>(id: string, fallback: T): T => configuration.get<T>(id) ?? fallback;
  const preset = get<ScanSettings['preset']>(SETTINGS.preset, 'standard');
  const seeds = get<number>(SETTINGS.seeds, 0);
  const pThreshold = get<number>(SETTINGS.pThreshold, 0);
  const pairs = get<boolean>(SETTINGS.pairs, false);
  const limit = get<number>(SETTINGS.sampleLimit, 0);
  const library = get<RuntimeName | 'auto'>(SETTINGS.runtime, 'auto');
  const provider = get<string>(SETTINGS.executionProvider, 'auto');
  const tensorFlow = get<string>(SETTINGS.tensorFlowPath, '').trim();
  return {
    scan: { preset, ...(seeds > 0 && { seeds }), ...(pThreshold > 0 && { pThreshold }), ...(pairs && { pairs }) },
    runtime: {
      threads: get<number>(SETTINGS.threads, 0),
      ...(library !== 'auto' && { library }),
      ...(provider !== 'auto' && { provider }),
      ...(tensorFlow !== '' && { tensorFlow }),
    },
    ...(limit > 0 && { limit }),
    rememberSamples: get<HostSettings['rememberSamples']>(SETTINGS.rememberSamples, 'besideModel'),
  };
}
