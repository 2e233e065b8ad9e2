/** @file Entry of the suite: mocha inside the extension host of a real VS Code. */
import { appendFileSync } from 'node:fs';
import type { SuiteEvent } from '../events';
import { environment } from './environment';

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ timeout: 60_000, slow: 5_000, reporter: 'base' });
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  await import('./activation.test');
  await import('./scan.test');
  await import('./triggers.test');
  await import('./interruptions.test');
  await import('./largeModel.test');
  await import('./manyLabels.test');

  const write = (event: SuiteEvent): void => {
    appendFileSync(environment.results, `${JSON.stringify(event)}\n`);
  };
  const failures = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on('pass', (test) => {
        write({ kind: 'pass', title: test.fullTitle(), milliseconds: test.duration ?? 0 });
      })
      .on('fail', (test, error: Error) => {
        write({ kind: 'fail', title: test.fullTitle(), error: error.stack ?? error.message });
      });
  });
  write({ kind: 'end' });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
