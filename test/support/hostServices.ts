/** @file The host's services around a fake engine, for tests without an editor. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { ScanReport } from '../../src/engine/report/scanReport';
import { ResultStorage } from '../../src/host/scan/resultStorage';
import { ScanController, type ScanEngine } from '../../src/host/scan/scanController';
import type { KnownSamples } from '../../src/host/samples/sampleMemory';
import type { ScanOrder } from '../../src/host/scan/scanOrder';
import { ScanStore } from '../../src/host/scan/scanStore';
import type { ScanListener } from '../../src/runner/client/client';
import type { ScanTask } from '../../src/runner/protocol/protocol';
import { fakeLog, Uri } from './fakeVscode';
import { infectedReport } from './sampleReports';
import { temporaryFolder } from './temporaryFolder';
import { eventually } from './patience';

/** Scans that a test drives by hand: each waits until it is answered. */
export class FakeEngine implements ScanEngine {
  readonly scans: {
    readonly task: ScanTask;
    readonly listener: ScanListener;
    readonly resolve: (report: ScanReport) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  /** SHA-256 that an inspection finds. */
  sha256 = infectedReport.model.sha256;

  scan(task: ScanTask, listener: ScanListener = {}): Promise<ScanReport> {
    return new Promise((resolve, reject) => {
      this.scans.push({ task, listener, resolve, reject });
    });
  }

  inspect(): ReturnType<ScanEngine['inspect']> {
    return Promise.resolve({
      file: '',
      format: '',
      bytes: 0,
      sha256: this.sha256,
      parameters: 0,
      layers: [],
      findings: [],
    });
  }

  /** The scan that was asked for last, as soon as it was. */
  async last(count = 1): Promise<FakeEngine['scans'][number]> {
    await eventually(`${count} scans`, () => this.scans.length >= count);
    return this.scans.at(-1)!;
  }
}

export interface HostUnderTest {
  readonly engine: FakeEngine;
  readonly store: ScanStore;
  readonly storage: ResultStorage;
  readonly scans: ScanController;
  readonly log: ReturnType<typeof fakeLog>;
  readonly folder: string;
  readonly order: ScanOrder & { readonly samples: KnownSamples };
  /** URI of the model as text. */
  readonly key: string;
  /** A new window on the same folders. */
  readonly reopen: () => Pick<HostUnderTest, 'store' | 'scans'>;
}

/** With one model file and a folder of samples. */
export async function hostUnderTest(): Promise<HostUnderTest> {
  const folder = await temporaryFolder();
  const model = path.join(folder, 'net.onnx');
  const data = path.join(folder, 'images');
  await fs.writeFile(model, 'weights');
  await fs.mkdir(data);
  const engine = new FakeEngine();
  const log = fakeLog();
  const open = (): Pick<HostUnderTest, 'store' | 'scans' | 'storage'> => {
    const store = new ScanStore();
    const storage = new ResultStorage(path.join(folder, 'storage'));
    const scans = new ScanController(
      store,
      storage,
      () => Promise.resolve(engine),
      log as never,
      path.join(folder, 'checkpoints'),
    );
    return { store, storage, scans };
  };
  const uri = Uri.file(model);
  const order = { uri: uri as never, samples: { data } };
  return { ...open(), engine, log, folder, order, key: uri.toString(), reopen: open };
}
