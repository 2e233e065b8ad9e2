/** @file As much of the `vscode` module as the host's unit tests need; vitest puts it in place of the real one. */
export { Disposable, EventEmitter } from '../fakeEvents';
export { commands } from './commands';
export { env } from './env';
export { fakeLog } from './fakeLog';
export { fakeMemento } from './fakeMemento';
export { l10n } from './l10n';
export { languages } from './languages';
export { type FakeTab, FakeWatcher, recorded } from './recorded';
export { resetVscode } from './resetVscode';
export { Uri } from './uri';
export * from './values';
export { window } from './window';
export { workspace } from './workspace';
