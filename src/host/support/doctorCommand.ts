/** @file Which compute libraries work on this machine, and why the others do not. */
import * as vscode from 'vscode';
import { plainText } from '../../engine/support/plainText';
import type { Services } from '../services';
import { readSettings } from './settings';

/** Writes the list to the log and shows it. */
export async function runDoctor({ engine, log }: Pick<Services, 'engine' | 'log'>): Promise<void> {
  const { tensorFlow } = readSettings().runtime;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Checking the compute libraries…'),
  };
  const states = await vscode.window.withProgress(options, async () =>
    (await engine()).doctor(tensorFlow === undefined ? {} : { tensorFlow }),
  );
  log.info(vscode.l10n.t('Compute libraries on this machine:'));
  for (const { library, provider, works, detail } of states) {
    const word = works ? vscode.l10n.t('works') : vscode.l10n.t('does not work');
    log.info(`  ${library} (${provider}): ${word}. ${plainText(detail, 500)}`);
  }
  log.show(true);
}
