/** @file What the store shows of each scan, and the order that it came from. */
import type * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import type { ScanReport } from '../../engine/report/scanReport';
import type { ScanEntry } from '../../shared/scanEntry';
import type { StoredResult } from './resultStorage';
import type { ScanOrder } from './scanOrder';
import type { ScanStore } from './scanStore';

/** What changes in an entry; the state is always told. */
export type EntryChange = Partial<ScanEntry> & Pick<ScanEntry, 'state'>;

export class ScanEntries implements vscode.Disposable {
  /** The last order of each model in the store. */
  readonly #orders = new Map<string, ScanOrder>();
  #disposed = false;

  constructor(private readonly store: ScanStore) {}

  /** The window closes: scans that end with it change no entry any more. */
  get disposed(): boolean {
    return this.#disposed;
  }

  get(uri: vscode.Uri): ScanEntry | undefined {
    return this.store.get(uri.toString());
  }

  orderOf(uri: vscode.Uri): ScanOrder | undefined {
    return this.#orders.get(uri.toString());
  }

  /** Starts the entry of a scan afresh, in the queue. */
  begin(order: ScanOrder): void {
    this.#orders.set(order.uri.toString(), order);
    this.show(order, { state: 'queued' });
  }

  /** Changes the entry of a scan; a new state `queued` starts it afresh. */
  show(order: ScanOrder, change: EntryChange): void {
    if (this.#disposed) return;
    const start = this.#start(order);
    this.store.set({ ...(change.state === 'queued' ? start : (this.get(order.uri) ?? start)), ...change });
  }

  /** Brings back the entry of a result that was saved. */
  restore(order: ScanOrder, { report, labels, error }: StoredResult): void {
    this.#orders.set(order.uri.toString(), order);
    this.store.set({
      ...this.#start(order),
      state: report !== undefined ? 'done' : error !== undefined ? 'failed' : 'paused',
      labels: report?.labels ?? [],
      ...(report !== undefined && { report }),
      ...(report === undefined &&
        labels !== undefined && { unfinished: { labelsDone: labels[0], labelsTotal: labels[1] } }),
      ...(error !== undefined && { error }),
    });
  }

  /** Tells of a finished scan whether its model has another content by now. */
  markOutdated(uri: vscode.Uri, outdated: boolean): void {
    const entry = this.get(uri);
    if (entry?.state !== 'done' || (entry.outdated === true) === outdated) return;
    this.store.set({ ...entry, outdated });
  }

  /** Puts another report beside that of this model, as the one before. */
  compare(uri: vscode.Uri, before: ScanReport): void {
    const entry = this.get(uri);
    if (entry !== undefined) this.store.set({ ...entry, before });
  }

  /** The entry is found under the name of this order from now on. */
  move(from: vscode.Uri, order: ScanOrder): void {
    const entry = this.get(from);
    if (entry === undefined) return;
    this.forget(from);
    this.#orders.set(order.uri.toString(), order);
    this.store.set({ ...entry, uri: order.uri.toString(), name: modelName(order.uri) });
  }

  forget(uri: vscode.Uri): void {
    this.#orders.delete(uri.toString());
    this.store.remove(uri.toString());
  }

  dispose(): void {
    this.#disposed = true;
  }

  #start({ uri, sample, repairedFrom }: ScanOrder): ScanEntry {
    const before = repairedFrom === undefined ? undefined : this.store.get(repairedFrom)?.report;
    return {
      uri: uri.toString(),
      name: modelName(uri),
      state: 'queued',
      labels: [],
      running: [],
      ...(sample !== undefined && { sample }),
      ...(before !== undefined && { before }),
    };
  }
}
