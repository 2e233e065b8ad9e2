/** @file The editor that the host believes to run in. */
import { recorded } from './recorded';
import type { Uri } from './uri';

export const env = {
  uriScheme: 'vscode',
  language: 'en',
  openExternal: (uri: Uri): Promise<boolean> => {
    recorded.executed.push(['openExternal', uri]);
    return Promise.resolve(true);
  },
};
