import * as fs from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { saveInputFilter } from '../../../../src/host/repair/saveFilter';
import type { CalibratedFilters, CalibrateFilterTask, SaveFilterTask } from '../../../../src/runner/protocol/protocol';
import { choose, leave } from '../../../support/fakeQuickPick';
import { recorded, resetVscode, Uri } from '../../../support/fakeVscode';
import { hostUnderTest } from '../../../support/hostServices';
import { infectedReport } from '../../../support/sampleReports';

beforeEach(resetVscode);

const calibrated = (rate: number, missed: number): CalibratedFilters['filters'][number] => ({
  filter: { falsePositiveRate: rate } as never,
  cost: { falsePositiveRate: rate / 2, falseNegativeRate: missed },
});

async function scanned(change: Partial<CalibratedFilters> = {}) {
  const host = await hostUnderTest();
  const { scans, engine, order } = host;
  const run = scans.run(order);
  (await engine.last()).resolve(infectedReport);
  await run;
  const asked: CalibrateFilterTask[] = [];
  const saved: SaveFilterTask[] = [];
  const fake = {
    calibrateFilter: (task: CalibrateFilterTask) => {
      asked.push(task);
      return Promise.resolve({ filters: [calibrated(0.001, 0.2), calibrated(0.05, 0.013)], ...change });
    },
    saveFilter: (task: SaveFilterTask) => {
      saved.push(task);
      return Promise.resolve();
    },
  };
  const services = { ...host, engine: () => Promise.resolve(fake) } as never;
  return { ...host, asked, saved, save: () => saveInputFilter(services, order.uri) };
}

const DONE =
  'The filter rejects 2.5 % of the clean images and lets 1.3 % of those with the trigger pass. It was saved as f.json and f.onnx.';

describe('saving an input filter', () => {
  it('shows what each rate costs, asks for the place, and says what was saved', async () => {
    const { save, asked, saved, folder } = await scanned();
    recorded.pickAnswers.push(choose('5.0 %'));
    recorded.dialogAnswers.push(Uri.file(`${folder}/f.json`));
    recorded.answers.set(DONE, 'Open');
    await save();
    expect(asked[0]).toMatchObject({ only: [7], rates: [0.001, 0.005, 0.01, 0.05], data: `${folder}/images` });
    expect(recorded.picks[0]!.items).toMatchObject([
      { label: '0.1 %', description: '20.0 % of the images with the trigger pass' },
      { label: '5.0 %', description: '1.3 % of the images with the trigger pass' },
    ]);
    expect(String(recorded.dialogs[0]!['defaultUri'])).toBe(String(Uri.file(`${folder}/net.onnx.filter.json`)));
    expect(saved).toEqual([
      {
        model: `${folder}/net.onnx`,
        filter: { falsePositiveRate: 0.05 },
        json: `${folder}/f.json`,
        onnx: `${folder}/f.onnx`,
      },
    ]);
    expect(recorded.messages).toEqual([DONE]);
    expect(recorded.executed.at(-1)!.map(String)).toEqual(['vscode.open', String(Uri.file(`${folder}/f.json`))]);
  });

  it('writes nothing where the user leaves', async () => {
    const { save, saved } = await scanned();
    recorded.pickAnswers.push(leave);
    await save();
    recorded.pickAnswers.push(choose('5.0 %'));
    recorded.dialogAnswers.push(undefined);
    await save();
    expect(saved).toEqual([]);
    expect(recorded.messages).toEqual([]);
  });

  it('asks before it replaces a file that the dialog did not ask about', async () => {
    const { save, saved, folder } = await scanned();
    await fs.writeFile(`${folder}/f.onnx`, 'something else');
    const question = 'There is a file f.onnx already. Replace it?';
    for (const answer of [undefined, 'Replace']) {
      if (answer !== undefined) recorded.answers.set(question, answer);
      recorded.pickAnswers.push(choose('5.0 %'));
      recorded.dialogAnswers.push(Uri.file(`${folder}/f.json`));
      await save();
      expect(recorded.messages).toContain(question);
      expect(saved).toHaveLength(answer === undefined ? 0 : 1);
    }
  });

  it('says where the figures may mean nothing', async () => {
    const { save } = await scanned({ doubt: 'The model guesses.' });
    recorded.pickAnswers.push(leave);
    await save();
    expect(recorded.messages).toEqual(['The model guesses.']);
  });
});
