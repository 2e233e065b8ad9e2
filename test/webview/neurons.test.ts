/** @file The neurons in the scan panel: asked for, measured, read out, as a table. */
import { expect, it } from 'vitest';
import type { LabelNeurons } from '../../src/shared/scanEntry';
import { scanView } from '../../src/shared/scanView';
import { deepIdentification, entry, finishedScan, identification } from './content';
import type { PanelPage } from './panelPage';
import { lastSaid, panelTests } from './panelTest';

const open = panelTests();

async function show(panel: PanelPage, neurons: LabelNeurons): Promise<void> {
  await panel.send({ type: 'scan', scan: scanView(entry({ neurons: [neurons] })) });
}

it('are asked for from the label, then shown', async () => {
  const panel = await open('scan');
  const { page } = panel;
  await panel.send({ type: 'scan', scan: finishedScan });
  await page.getByRole('button', { name: 'Driven neurons: 7' }).click();
  expect(await lastSaid(panel)).toEqual({ type: 'identify', label: 7 });
  await show(panel, { label: 7 });
  await page.getByRole('status').getByText('Measuring').waitFor();
  await show(panel, { label: 7, identification });
  await page.getByText('The trigger turns 98.9 % of 360 clean images of other labels into label 7.').waitFor();
  await page.getByText('235, 446, 233, 371, 83').waitFor();
});

it('are asked for from their tab, where the tree or the palette has brought the user', async () => {
  const panel = await open('scan');
  const { page } = panel;
  await panel.send({ type: 'scan', scan: finishedScan }, { type: 'reveal', target: { neuronsOf: 2 } });
  await page.getByRole('button', { name: 'Measure the neurons: label 2' }).click();
  expect(await lastSaid(panel)).toEqual({ type: 'identify', label: 2 });
});

it('have the same figures in chart and table', async () => {
  const panel = await open('scan');
  const { page } = panel;
  await show(panel, { label: 7, identification });
  await page.getByRole('tab', { name: 'Neurons' }).click();
  const chart = page.getByRole('slider', { name: /Neurons driven/ });
  await chart.focus();
  await page.keyboard.press('End');
  await expect
    .poll(() => chart.getAttribute('aria-valuetext'))
    .toBe('dense8: 0.506 on clean images, 4.894 with the trigger, 9.7 times as much');
  const heights = await chart
    .locator('path.bar')
    .evaluateAll((paths) => paths.slice(0, 2).map((bar) => (bar as SVGGraphicsElement).getBBox().height));
  expect(heights[1]! / heights[0]!).toBeCloseTo(4.894 / 0.506, 1);
  await page.getByRole('button', { name: /Show as table: Neurons/ }).click();
  const rows = page.getByRole('table', { name: /Neurons driven/ }).getByRole('row');
  await expect.poll(() => rows.count()).toBe(4);
  const cells = await rows.nth(3).getByRole('cell').allTextContents();
  expect(cells.map((cell) => cell.trim())).toEqual(['dense8', '5 of 512', '0.506', '4.894']);
});

it('of many layers are counted below the axis and named in the read-out', async () => {
  const panel = await open('scan');
  const { page } = panel;
  await show(panel, { label: 7, identification: deepIdentification });
  await page.getByRole('tab', { name: 'Neurons' }).click();
  const chart = page.getByRole('slider', { name: /Neurons driven/ });
  await chart.focus();
  await page.keyboard.press('Home');
  await expect.poll(() => chart.getAttribute('aria-valuetext')).toContain('1 resnet50/conv1_block0/convolution: 0 on');
});

it('are not measured for a file that has changed since its scan', async () => {
  const panel = await open('scan');
  const { page } = panel;
  await panel.send({ type: 'scan', scan: scanView(entry({ outdated: true })) });
  expect(await page.getByRole('button', { name: /Driven neurons/ }).count()).toBe(0);
  await page.getByRole('tab', { name: 'Neurons' }).click();
  expect(await page.getByRole('button', { name: /Measure the neurons/ }).count()).toBe(0);
});
