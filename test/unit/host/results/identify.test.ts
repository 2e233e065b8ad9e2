import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/engine/support/errors';
import type { IdentifyReport } from '../../../../src/engine/identify/identification';
import { identify } from '../../../../src/host/results/identify';
import type { ReportTask } from '../../../../src/runner/protocol/protocol';
import { resetVscode } from '../../../support/fakeVscode';
import { hostUnderTest } from '../../../support/hostServices';
import { infectedReport } from '../../../support/sampleReports';

beforeEach(resetVscode);

const identification = { label: 7, images: 400, attackSuccess: 0.99, layers: [] };
const answer: IdentifyReport = {
  version: 1,
  tool: 'Neural Cleanse',
  model: infectedReport.model,
  samples: infectedReport.samples,
  triggers: [identification],
};

/** A finished scan, and an engine whose answers are given by hand. */
async function scanned() {
  const host = await hostUnderTest();
  const { scans, engine, order } = host;
  const run = scans.run(order);
  (await engine.last()).resolve(infectedReport);
  await run;
  const asked: { task: ReportTask; resolve: (report: IdentifyReport) => void; reject: (error: unknown) => void }[] = [];
  const fake = {
    identify: (task: ReportTask) =>
      new Promise<IdentifyReport>((resolve, reject) => {
        asked.push({ task, resolve, reject });
      }),
  };
  const services = { ...host, engine: () => Promise.resolve(fake) } as never;
  return {
    ...host,
    asked,
    ask: (label: number) => identify(services, order.uri, label),
    neurons: () => host.store.get(host.key)?.neurons,
  };
}

describe('the neurons of a label', () => {
  it('are asked for once, measured and kept beside the report', async () => {
    const { ask, asked, neurons, folder } = await scanned();
    const first = ask(7);
    await expect.poll(() => asked.length).toBe(1);
    expect(neurons()).toEqual([{ label: 7 }]);
    await ask(7);
    asked[0]!.resolve({ ...answer, doubt: 'The model guesses.' });
    await first;
    const known = [{ label: 7, identification, doubt: 'The model guesses.' }];
    expect(neurons()).toEqual(known);
    await ask(7);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.task).toMatchObject({
      model: `${folder}/net.onnx`,
      data: `${folder}/images`,
      only: [7],
      report: infectedReport,
    });
  });

  it('can be asked for again where that was cancelled or went wrong', async () => {
    const { ask, asked, neurons } = await scanned();
    for (const [count, error] of [new CancelledError(), new Error('no memory')].entries()) {
      const failed = expect(ask(7)).rejects.toBe(error);
      await expect.poll(() => asked.length).toBe(count + 1);
      asked[count]!.reject(error);
      await failed;
      expect(neurons()).toEqual([]);
    }
  });

  it('are dropped where the model was scanned anew meanwhile', async () => {
    const { ask, asked, neurons, scans, engine, order } = await scanned();
    const question = ask(7);
    await expect.poll(() => asked.length).toBe(1);
    const again = scans.run(order);
    (await engine.last(2)).resolve({ ...infectedReport });
    await again;
    asked[0]!.resolve(answer);
    await question;
    expect(neurons()).toBeUndefined();
  });
});
