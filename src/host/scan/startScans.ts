/** @file From "scan this" to a verdict: which models, which samples, and progress with a way to stop. */
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import { plainText } from '../../engine/support/plainText';
import { fileExists } from '../../runner/files/fileExists';
import type { ScanEntry } from '../../shared/scanEntry';
import { announce, announceErrors } from './announce';
import { showError, tell } from '../support/errors';
import { findModels } from './findModels';
import { progressWords } from './progressWords';
import { askForSamples, type SampleSetup } from '../samples/sampleSetup';
import type { ScanOrder } from './scanOrder';
import type { Services } from '../services';

/** Scans files and folders; asks for samples where none are known, always if `askAgain`, never if `withoutSamples`. */
export async function startScans(
  services: Services,
  uris: readonly vscode.Uri[],
  { askAgain = false, withoutSamples = false }: { readonly askAgain?: boolean; readonly withoutSamples?: boolean } = {},
): Promise<void> {
  const orders: ScanOrder[] = [];
  // Models of one batch mostly share their samples.
  let asked: SampleSetup | undefined;
  for (const uri of await findModels(services, uris)) {
    let setup = withoutSamples ? { choice: {} } : askAgain ? undefined : await recall(services, uri);
    if (setup === undefined) {
      setup = asked ??= await ask(services, uri);
      if (setup === undefined) return;
      const { data } = setup.choice;
      if (data !== undefined) await services.samples.remember(uri.fsPath, { ...setup.choice, data });
    }
    orders.push({ uri, samples: setup.choice, ...(setup.sample !== undefined && { sample: setup.sample }) });
  }
  await runScans(services, orders);
}

/** Goes on with unfinished scans as they were ordered. */
export async function resumeScans(services: Services, uris: readonly vscode.Uri[]): Promise<void> {
  const orders: ScanOrder[] = [];
  const gone: vscode.Uri[] = [];
  for (const uri of uris) {
    const order = services.scans.orderOf(uri);
    if (order === undefined || services.scans.isActive(uri)) continue;
    const { data } = order.samples;
    if (data === undefined || (await fileExists(data))) orders.push(order);
    else gone.push(uri);
  }
  await runScans(services, orders);
  // Says why, and asks for others.
  await startScans(services, gone);
}

/** Runs them behind one notification, then says what came out. */
export async function runScans({ scans, store, log }: Services, orders: readonly ScanOrder[]): Promise<void> {
  const [first] = orders;
  if (first === undefined) return;
  const title =
    orders.length === 1
      ? vscode.l10n.t('Scanning {0} for backdoors', modelName(first.uri))
      : vscode.l10n.t('Scanning {0} models for backdoors', orders.length);
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  const errors: unknown[] = [];
  const reports = await vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    let percent = 0;
    const subscription = store.onDidChange((key) => {
      const place = orders.findIndex(({ uri }) => uri.toString() === key);
      const entry = store.get(key);
      if (place < 0 || entry === undefined || entry.state === 'queued') return;
      const increment = Math.max(0, (100 * (place + shareDone(entry))) / orders.length - percent);
      percent += increment;
      progress.report({ message: progressWords(entry), increment });
    });
    try {
      return await Promise.all(
        orders.map((order) =>
          scans.run(order, abort.signal).catch((error: unknown) => {
            errors.push(error);
            return undefined;
          }),
        ),
      );
    } finally {
      subscription.dispose();
    }
  });
  announceErrors(log, errors);
  void announce(orders.flatMap(({ uri }, i) => (reports[i] === undefined ? [] : [{ uri, report: reports[i] }])));
}

/** Where a phase begins and how much of the work it is, 0–1, about as in a race over ten labels. */
const SHARES = {
  screening: [0, 0.3],
  inverting: [0.3, 0.5],
  verifying: [0.8, 0.2],
  pairing: [0.8, 0.1],
  comparing: [0.9, 0.1],
} as const;

/** Of the work, 0–1; an estimate. */
function shareDone({ state, progress }: ScanEntry): number {
  if (state === 'done') return 1;
  if (progress === undefined) return 0;
  const [start, share] = SHARES[progress.phase];
  return start + (share * progress.done) / Math.max(progress.total, 1);
}

/** What the user answered earlier, for this model or the one that it is a repaired copy of, as far as it still holds. */
async function recall({ samples, scans, log }: Services, uri: vscode.Uri): Promise<SampleSetup | undefined> {
  try {
    const last = scans.orderOf(uri);
    const choice = (await samples.recall(uri.fsPath)) ?? last?.samples;
    // Whoever took a first look without samples is asked for them the next time.
    if (choice?.data === undefined) return undefined;
    if (await fileExists(choice.data)) {
      const sample = last?.samples.data === choice.data ? last.sample : undefined;
      return { choice, ...(sample !== undefined && { sample }) };
    }
    const [name, place] = [modelName(uri), plainText(choice.data, 300)];
    tell(log, vscode.l10n.t('The samples of {0} are not at {1} any more. Choose others.', name, place));
  } catch (error) {
    showError(log, error);
  }
  return undefined;
}

function ask(services: Services, uri: vscode.Uri): Promise<SampleSetup | undefined> {
  const { engine, log, context, samples } = services;
  return askForSamples(uri.fsPath, {
    engine,
    log,
    extensionUri: context.extensionUri,
    recent: samples.recent(),
    showPreview: async (preview) => {
      const { askWithSamples } = await import('../panels/samplesPanel');
      return askWithSamples(services, preview, modelName(uri));
    },
  });
}
