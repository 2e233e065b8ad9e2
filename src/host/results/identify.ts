/** @file Which neurons does the trigger of a label drive? The answer stands in the scan panel as long as the report does. */
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import type { LabelNeurons } from '../../shared/scanEntry';
import { jobProgress } from '../support/jobProgress';
import type { Services } from '../services';

/** What is known or under way is not computed again. Rejects with the engine's typed errors. */
export async function identify(
  { engine, scans, store }: Pick<Services, 'engine' | 'scans' | 'store'>,
  uri: vscode.Uri,
  label: number,
): Promise<void> {
  const key = uri.toString();
  const entry = store.get(key);
  const task = scans.taskOf(uri);
  const report = entry?.report;
  if (report === undefined || task === undefined) return;
  if (entry?.neurons?.some((known) => known.label === label) === true) return;
  const show = (neurons?: LabelNeurons): void => {
    const now = store.get(key);
    // The model may have been scanned anew meanwhile.
    if (now?.report !== report) return;
    const others = now.neurons?.filter((other) => other.label !== label) ?? [];
    store.set({ ...now, neurons: neurons === undefined ? others : [...others, neurons] });
  };
  show({ label });
  let found: LabelNeurons | undefined;
  try {
    const title = vscode.l10n.t('Measuring the neurons of {0}', modelName(uri));
    const { triggers, doubt } = await jobProgress(title, async (listener) =>
      (await engine()).identify({ ...task, report, only: [label] }, listener),
    );
    const [identification] = triggers;
    if (identification) found = { label, identification, ...(doubt !== undefined && { doubt }) };
  } finally {
    show(found);
  }
}
