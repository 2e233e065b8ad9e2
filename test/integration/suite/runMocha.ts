/** @file Mocha inside the extension host of a real VS Code; tells of each test as it ends. */
import { appendFileSync } from 'node:fs';
import { PATIENCE } from '../../support/patience';
import type { SuiteEvent } from '../events';
import { environment } from './environment';

export function tell(event: SuiteEvent): void {
  appendFileSync(environment.results, `${JSON.stringify(event)}\n`);
}

/** `load` imports the files of tests. A test may wait a few times, each time at most {@link PATIENCE}. */
export async function runMocha(load: () => Promise<unknown>): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ timeout: 2 * PATIENCE, slow: 5_000, reporter: 'base' });
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  await load();
  const failures = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on('pass', (test) => {
        tell({ kind: 'pass', title: test.fullTitle(), milliseconds: test.duration ?? 0 });
      })
      .on('fail', (test, error: Error) => {
        tell({ kind: 'fail', title: test.fullTitle(), error: error.stack ?? error.message });
      });
  });
  tell({ kind: 'end' });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
