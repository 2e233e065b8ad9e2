/** @file The problems that the host reports. */
import { Disposable } from '../fakeEvents';
import { recorded } from './recorded';
import type { Uri } from './uri';
import type { Diagnostic } from './values';

export const languages = {
  createDiagnosticCollection: () => ({
    set: (uri: Uri, diagnostics: readonly Diagnostic[]) => {
      if (diagnostics.length === 0) recorded.diagnostics.delete(uri.toString());
      else recorded.diagnostics.set(uri.toString(), diagnostics);
    },
    dispose: () => {
      recorded.diagnostics.clear();
    },
  }),
  registerCodeActionsProvider: () => new Disposable(() => undefined),
};
