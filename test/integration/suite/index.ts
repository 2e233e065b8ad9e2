/** @file Entry of the suite. */
import { runMocha } from './runMocha';

export function run(): Promise<void> {
  return runMocha(async () => {
    await import('./activation.test');
    await import('./scan.test');
    await import('./code.test');
    await import('./triggers.test');
    await import('./interruptions.test');
    await import('./largeModel.test');
  });
}
