import { expect, it } from 'vitest';
import { ProgressMeter } from '../../../../../src/engine/detect/budget/progressMeter';
import { Inversion } from '../../../../../src/engine/detect/invert/inversion';
import { InversionTask } from '../../../../../src/engine/detect/invert/runInversions';
import { RACE_INVERSION } from '../../../../../src/engine/detect/invert/shortInversion';
import type { ScanProgress } from '../../../../../src/engine/detect/scanJob';

it('tells at most five times a second, and of the last update in any case', () => {
  let seconds = 0;
  const told: ScanProgress[] = [];
  const meter = new ProgressMeter('inverting', () => seconds, { onProgress: (progress) => told.push(progress) }, 10, 1);
  const images = { images: new Float32Array(4), count: 1 };
  const task = new InversionTask(new Inversion(7, 1, { channels: 1, height: 2, width: 2 }, RACE_INVERSION), images);
  for (let update = 0; update < 10; update++) {
    meter.advance([task]);
    seconds += 0.0625;
  }
  expect(told.map(({ done }) => done)).toEqual([1, 5, 9, 10]);
  expect(told.at(-1)).toMatchObject({ total: 10, secondsLeft: 0, current: [{ label: 7 }] });
});
