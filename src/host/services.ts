/** @file What the parts of the host share; made once, at activation. */
import type * as vscode from 'vscode';
import type { EngineClient } from '../runner/client/client';
import type { SampleMemory } from './samples/sampleMemory';
import type { ScanController } from './scan/scanController';
import type { ScanStore } from './scan/scanStore';

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly store: ScanStore;
  /** The engine process; started by the first request. */
  readonly engine: () => Promise<EngineClient>;
  readonly scans: ScanController;
  /** Which clean samples belong to a model. */
  readonly samples: SampleMemory;
}
