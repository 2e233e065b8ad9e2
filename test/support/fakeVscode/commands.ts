/** @file Commands, which tests call by their id. */
import { Disposable } from '../fakeEvents';
import { recorded } from './recorded';

export const commands = {
  registerCommand: (id: string, handler: (...args: unknown[]) => unknown) => {
    recorded.commands.set(id, handler);
    return new Disposable(() => recorded.commands.delete(id));
  },
  executeCommand: (...args: unknown[]): Promise<unknown> => {
    if (args[0] === 'setContext') recorded.context.set(String(args[1]), args[2]);
    else recorded.executed.push(args);
    return Promise.resolve();
  },
};
