/** @file What the panels beside the scan panel answer, and the language that all of them speak. */
import { describe, expect, it } from 'vitest';
import { automatic, finishedScan, manyTriggers, model, preview, repair, repairReport } from './content';
import { lastSaid, panelTests } from './panelTest';

const open = panelTests();

describe('the other panels answer', () => {
  it('samples: the preprocessing, or no', async () => {
    const panel = await open('samples');
    await panel.send({ type: 'preview', model: 'm.onnx', preview });
    const { page } = panel;
    await page.getByRole('combobox', { name: 'Preprocessing' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: 'Scan', exact: true }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'action', action: 'acceptSamples', choice: '0..1' });
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'action', action: 'rejectSamples' });
  });

  it('model editor: scan it', async () => {
    const panel = await open('model');
    await panel.send({ type: 'model', model });
    await panel.page.getByRole('button', { name: 'Scan for Backdoors' }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'action', action: 'scan' });
  });

  it('repair: the pruning point is read out at once, and saved', async () => {
    const panel = await open('repair');
    await panel.send({ type: 'repair', repair: repair() });
    const { page } = panel;
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'saveRepair' });
    const point = page.getByRole('slider', { name: 'Pruning point' });
    await point.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => page.locator('output').textContent()).toContain('0 of 512 neurons pruned (0.0 %)');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('output').textContent()).toContain('100 of 512');
    await expect.poll(() => page.getByRole('table', { name: 'Before and after' }).textContent()).toContain('83.2 %');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'saveRepair', point: 4 });
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'action', action: 'discardRepair' });
  });

  it('repair: the update whose weights were kept is marked on the curve and read out, once training has ended', async () => {
    const panel = await open('repair');
    const [round] = repairReport.rounds;
    const { kept, ...running } = round!;
    const { page } = panel;
    const curve = page
      .locator('figure')
      .filter({ has: page.getByRole('heading', { name: 'Unlearning', exact: true }) });
    const progress = { phase: 'unlearning', done: 120, total: 120, rounds: [running] } as const;
    const { uri, name, labels } = repair();
    await panel.send({ type: 'repair', repair: { uri, name, labels, state: 'computing', progress } });
    await curve.waitFor();
    expect(await curve.locator('.mark').count()).toBe(0);
    expect(await page.getByText('Kept:').count()).toBe(0);

    await panel.send({ type: 'repair', repair: repair() });
    await page.getByText(/^Kept: Update 96: clean accuracy 99\.0 %, attack to label 7 0\.0 %$/).waitFor();
    expect(round!.unlearn![kept!]!.update).toBe(96);
    const mark = Number(await curve.locator('.mark').getAttribute('x1'));
    const box = (await curve.locator('svg').first().boundingBox())!;
    // 96 of 120 updates.
    expect((mark - 52) / (box.width - 52 - 16)).toBeCloseTo(0.8, 2);
  });

  it.each([1000, 400])(
    'repair: no text of a curve covers another, with many triggers, %d pixels wide',
    async (width) => {
      const panel = await open('repair', { width });
      await panel.send({ type: 'repair', repair: repair({ report: manyTriggers }) });
      const texts = panel.page.locator('figure').first().locator('svg text');
      await texts.first().waitFor();
      const boxes = await Promise.all(
        (await texts.all()).map(async (text) => ({ name: await text.textContent(), ...(await text.boundingBox())! })),
      );
      expect(boxes.filter(({ name }) => name?.includes('trigger'))).toHaveLength(3);
      const covered = boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
          .map((b) => `${a.name} / ${b.name}`),
      );
      expect(covered).toEqual([]);
      expect(Math.min(...boxes.map(({ x }) => x))).toBeGreaterThanOrEqual(0);
    },
  );

  it('repair: shows what was tried, what was chosen, and what can be learned anew', async () => {
    const panel = await open('repair');
    await panel.send({ type: 'repair', repair: repair({ report: automatic }) });
    const row = (table: string, name: string) =>
      panel.page.getByRole('table', { name: table }).getByRole('row', { name }).innerText();
    expect(await row('Methods tried', 'Pruning')).toBe('Pruning\t98.1 %\t12.4 %\t× 1.3');
    expect(await row('Methods tried', 'Unlearning (chosen)')).toBe('Unlearning (chosen)\t98.6 %\t0.3 %\t× 6.7');
    expect(await row('Learned anew against the repaired model', 'Label 7')).toBe('Label 7\t14.9\t100.2');

    // Where the user chose the method there is nothing to compare.
    await panel.send({ type: 'repair', repair: repair({ report: manyTriggers }) });
    await panel.page.getByRole('table', { name: 'Methods tried' }).waitFor({ state: 'detached' });
    expect(await panel.page.getByRole('table', { name: 'Learned anew against the repaired model' }).count()).toBe(0);
  });

  it('repair: says in its title whether it is worth saving', async () => {
    const panel = await open('repair');
    const show = async (change: Partial<typeof repairReport>): Promise<string> => {
      await panel.send({ type: 'repair', repair: repair({ report: { ...repairReport, ...change } }) });
      return panel.page.getByRole('heading', { level: 1 }).innerText();
    };
    await expect.poll(() => show({})).toBe('infected.onnx can be repaired');
    await expect
      .poll(() => show({ after: repairReport.before }))
      .toBe('The repair of infected.onnx is not good enough');
    await expect.poll(() => show({ labels: [] })).toBe('infected.onnx can be hardened');
  });

  it('repair: one that a reload took away can be made again, and the scan after saving skipped', async () => {
    const panel = await open('repair');
    await panel.send({
      type: 'repair',
      repair: { uri: 'file:///m.onnx', name: 'infected.onnx', state: 'lost', labels: [] },
    });
    const { page } = panel;
    await page.getByRole('heading', { name: 'The repair of infected.onnx is gone' }).waitFor();
    await page.getByRole('button', { name: 'Repair again…' }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'action', action: 'repair' });

    const skip = page.getByRole('button', { name: 'Skip the scan' });
    const progress = { phase: 'saving', done: 0, total: 1, rounds: [] } as const;
    await panel.send({ type: 'repair', repair: repair({ state: 'saving', progress }) });
    expect(await skip.count()).toBe(0);
    await panel.send({
      type: 'repair',
      repair: repair({ state: 'saving', progress: { ...progress, phase: 'scanning' } }),
    });
    await skip.click();
    expect(await lastSaid(panel)).toEqual({ type: 'action', action: 'stopRepair' });
  });

  it('speaks the language of the editor', async () => {
    const panel = await open('scan', {
      translations: { 'Backdoor found': 'Hintertür gefunden', Triggers: 'Auslöser' },
    });
    await panel.send({ type: 'scan', scan: finishedScan });
    await panel.page.getByRole('heading', { name: 'Hintertür gefunden' }).waitFor();
    await panel.page.getByRole('tab', { name: 'Auslöser' }).waitFor();
  });
});
