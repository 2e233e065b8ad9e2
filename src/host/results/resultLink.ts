/** @file Links that lead to a result, for places that allow no commands, such as the Problems panel. */
import * as vscode from 'vscode';
import { COMMANDS, EXTENSION_ID } from '../../shared/contributions';

const PATH = '/result';

/** Takes such links from now on. */
export function takeResultLinks(): vscode.Disposable {
  return vscode.window.registerUriHandler({
    handleUri: ({ path, query }) => {
      if (path !== PATH) return;
      const parameters = new URLSearchParams(query);
      const label = Number.parseInt(parameters.get('label') ?? '', 10);
      // The command shows only results that are in the list, whatever the link says.
      void vscode.commands.executeCommand(
        COMMANDS.showResult,
        parameters.get('model') ?? '',
        Number.isNaN(label) ? undefined : label,
      );
    },
  });
}

/** `model` is the URI of a scanned model. */
export function resultLink(model: string, label: number): vscode.Uri {
  const query = new URLSearchParams({ model, label: String(label) }).toString();
  return vscode.Uri.from({ scheme: vscode.env.uriScheme, authority: EXTENSION_ID, path: PATH, query });
}
