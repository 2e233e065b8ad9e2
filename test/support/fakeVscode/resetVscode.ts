/** @file Between two tests: nothing was done, nothing is open, and the workspace is trusted. */
import { recorded } from './recorded';
import { workspace } from './workspace';

export function resetVscode(): void {
  recorded.messages = [];
  recorded.executed = [];
  recorded.watchers = [];
  recorded.changedTabs.dispose();
  for (const list of [recorded.closedTabs, recorded.picks, recorded.pickAnswers, recorded.panels]) list.length = 0;
  for (const list of [recorded.dialogs, recorded.dialogAnswers]) list.length = 0;
  for (const map of [recorded.answers, recorded.context, recorded.diagnostics, recorded.commands, recorded.settings]) {
    map.clear();
  }
  recorded.activeTab = undefined;
  workspace.isTrusted = true;
  workspace.workspaceFolders = undefined;
}
