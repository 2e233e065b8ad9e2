/** @file What the scan panel does: drawing, keyboard, live scans, reload, export, many labels. */
import { describe, expect, it } from 'vitest';
import { scanView } from '../../src/shared/scanView';
import { details, entry, finishedScan, largeReport, report } from './content';
import { lastSaid, panelTests } from './panelTest';

const open = panelTests();
const showDetails = details.map((one) => ({ type: 'details', details: one }) as const);

describe('the scan panel', () => {
  it('asks once for what it shows, and draws it', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: finishedScan });
    const asked = (await panel.said()).filter(({ type }) => type === 'needDetails');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ labels: expect.arrayContaining([0, 7, 9]) as unknown });
    await panel.send(...showDetails);
    await expect.poll(() => panel.page.locator('.gallery img').count()).toBe(4);
    // 784 pixels of which a handful are white.
    const white = await panel.page.locator('.gallery img').first().evaluate(whitePixels);
    expect(white).toBeGreaterThan(4);
    expect(white).toBeLessThan(40);
  });

  it('stamps the trigger on the sample as the scan did', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: finishedScan });
    await panel.send(...showDetails);
    const stamped = panel.page.getByAltText(/On a sample/);
    await stamped.waitFor();
    const { plain, changed } = await panel.page.evaluate(
      async ([before, after]) => {
        const pixels = async (source: string): Promise<Uint8ClampedArray> => {
          const image = new Image();
          image.src = source;
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [28, 28];
          const context = canvas.getContext('2d')!;
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, 28, 28).data;
        };
        const [a, b] = [await pixels(before), await pixels(after)];
        const corner = (i: number): boolean => Math.floor(i / 4 / 28) > 18 && (i / 4) % 28 > 18;
        const differs = [...a].flatMap((value, i) => (Math.abs(value - (b[i] ?? 0)) > 100 ? [i] : []));
        return { plain: a.length, changed: { all: differs.length, corner: differs.filter(corner).length } };
      },
      [finishedScan.sample ?? '', (await stamped.getAttribute('src')) ?? ''] as const,
    );
    expect(plain).toBe(4 * 28 * 28);
    expect(changed.corner).toBeGreaterThan(10);
    expect(changed.corner / changed.all).toBeGreaterThan(0.9);
  });

  it('is used by keyboard alone', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: finishedScan });
    const { page } = panel;
    await page.getByRole('listbox', { name: 'Labels' }).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.locator('.option[aria-selected=true]').textContent()).toContain('Label 8');
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.option[aria-selected=true]').textContent()).toContain('Label 1');
    await page.getByRole('tab', { name: 'Triggers' }).focus();
    await page.keyboard.press('ArrowRight');
    const chart = page.getByRole('slider', { name: /Anomaly index/ });
    await chart.focus();
    await page.keyboard.press('End');
    await expect.poll(() => chart.getAttribute('aria-valuetext')).toBe('Label 9: anomaly index -0.63');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => chart.getAttribute('aria-valuetext')).toBe('Label 7: anomaly index 3.71, flagged');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('tab', { name: 'Triggers' }).getAttribute('aria-selected')).toBe('true');
    await page.getByRole('heading', { name: 'Label 7' }).waitFor();
  });

  it('has the same figures in chart and table', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: finishedScan });
    const { page } = panel;
    await page.getByRole('tab', { name: 'Charts' }).click();
    await page.getByRole('button', { name: /Show as table: Anomaly/ }).click();
    const rows = page.getByRole('table').getByRole('row');
    await expect.poll(() => rows.count()).toBe(11);
    const cells = await rows.nth(1).getByRole('cell').allTextContents();
    expect(cells.map((cell) => cell.trim())).toEqual(['7', '11.6', '3.71', '0.0005', '98.9 %', 'flagged']);
  });

  it('filters and sorts', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: scanView(entry({ labels: largeReport(50).labels })) });
    const { page } = panel;
    await page.getByRole('checkbox', { name: 'Flagged only' }).click();
    await expect.poll(() => page.getByRole('option').count()).toBe(1);
    await page.getByRole('checkbox', { name: 'Flagged only' }).click();
    await page.getByRole('textbox', { name: 'Filter labels' }).pressSequentially('number 4');
    await expect.poll(() => page.getByRole('option').count()).toBe(11);
    await page.getByRole('combobox', { name: 'Sort by' }).click();
    await page.getByRole('option', { name: 'Label', exact: true }).click();
    await expect.poll(() => page.locator('.option').first().textContent()).toContain('class number 4"');
  });

  it('keeps both of two changes between two drawings', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: scanView(entry({ labels: largeReport(50).labels })) });
    await panel.page.evaluate(() => {
      const field = document.querySelector<HTMLInputElement>('.filters vscode-text-field')!;
      document.querySelector<HTMLElement>('.filters vscode-checkbox')!.click();
      field.value = 'number 3';
      field.dispatchEvent(new Event('input'));
    });
    await expect.poll(() => panel.page.getByRole('option').allTextContents()).toEqual([expect.stringContaining('34')]);
  });

  it('follows a running scan', async () => {
    const panel = await open('scan');
    const curve = report.labels[0]?.curve ?? [];
    const live = (points: number) =>
      ({
        type: 'live',
        live: {
          progress: { phase: 'inverting', done: points, total: 300, labelsDone: 0, labelsTotal: 10, current: [] },
          running: [{ label: 0, curve: curve.slice(0, points) }],
        },
      }) as const;
    await panel.send(
      {
        type: 'scan',
        scan: scanView({ uri: 'file:///m.onnx', name: 'm.onnx', state: 'running', labels: [], running: [] }),
      },
      live(5),
    );
    const { page } = panel;
    await page.getByRole('tab', { name: 'Optimisation' }).click();
    const points = () => page.getByRole('slider', { name: /Optimisation of label 0/ }).getAttribute('aria-valuemax');
    await expect.poll(points).toBe('4');
    await panel.send(live(30));
    await expect.poll(points).toBe('29');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await lastSaid(panel)).toEqual({ type: 'action', action: 'cancel' });
  });

  it('comes back after a reload as it was', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: finishedScan });
    const { page } = panel;
    await page.getByRole('option').nth(2).click();
    await page.getByRole('tab', { name: 'Details' }).click();
    await panel.reload();
    await panel.send({ type: 'scan', scan: finishedScan });
    await expect.poll(() => page.getByRole('tab', { name: 'Details' }).getAttribute('aria-selected')).toBe('true');
    await page.getByRole('tab', { name: 'Triggers' }).click();
    await page.getByRole('heading', { name: 'Label 2' }).waitFor();
  });

  it('shows the label that the tree asks for', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: finishedScan }, { type: 'reveal', target: 4 });
    await panel.page.getByRole('heading', { name: 'Label 4' }).waitFor();
  });

  it('compares with any other scan, also where labels differ', async () => {
    const panel = await open('scan');
    const before = {
      ...report,
      labels: report.labels.slice(0, 8).map((label) => ({ ...label, label: label.label + 4 })),
    };
    await panel.send({ type: 'reveal', target: 'comparison' });
    await panel.send({ type: 'scan', scan: scanView(entry({ before })) });
    const { page } = panel;
    const tab = page.getByRole('tab', { name: 'Before and after' });
    await expect.poll(() => tab.getAttribute('aria-selected')).toBe('true');
    // No other tab looks chosen, although the choice came before the tab.
    const underlined = page
      .locator('vscode-panel-tab')
      .evaluateAll((tabs) =>
        tabs.filter((each) => getComputedStyle(each).borderBottomColor !== 'rgba(0, 0, 0, 0)').map((each) => each.id),
      );
    expect(await underlined).toEqual(['tab-compare']);
    const labels = page.getByRole('table', { name: 'Labels before and after' }).locator('tbody td:first-child');
    await expect.poll(() => labels.count()).toBe(12);
    const numbers = (await labels.allTextContents()).map(Number).sort((a, b) => a - b);
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('exports charts with the colours of the theme', async () => {
    const panel = await open('scan', { theme: 'light' });
    await panel.send({ type: 'scan', scan: finishedScan });
    const { page } = panel;
    await page.getByRole('tab', { name: 'Charts' }).click();
    await page.getByRole('button', { name: 'SVG: Anomaly index of each label' }).click();
    const svg = await lastSaid(panel);
    expect(svg).toMatchObject({ type: 'exportChart', format: 'svg', name: 'anomaly-index' });
    const markup = svg?.type === 'exportChart' ? svg.data : '';
    expect(markup).toContain('rgb(229, 20, 0)');
    expect(markup).not.toContain('var(');
    await page.getByRole('button', { name: 'PNG: Anomaly index of each label' }).click();
    await expect.poll(() => lastSaid(panel)).toMatchObject({ type: 'exportChart', format: 'png' });
    const png = await lastSaid(panel);
    const bytes = Buffer.from(png?.type === 'exportChart' ? png.data : '', 'base64');
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.length).toBeGreaterThan(5000);
  });

  it('draws only what is in sight of 3,000 labels', async () => {
    const panel = await open('scan');
    const { page } = panel;
    await panel.send({
      type: 'scan',
      scan: scanView(entry({ labels: largeReport(3000).labels, report: largeReport(3000) })),
    });
    await page.getByRole('listbox', { name: 'Labels' }).evaluate((list) => {
      list.scrollTop = 60_000;
    });
    await page
      .getByRole('option', { name: /class number/ })
      .first()
      .waitFor();
    await page.getByRole('tab', { name: 'Charts' }).click();
    await page.getByRole('slider', { name: /Size of the triggers/ }).waitFor();
    await panel.screenshot('scan-3000-labels');
    expect(await page.locator('main *').count()).toBeLessThan(1000);
  });
});

/** Runs in the page. */
function whitePixels(element: Element): number {
  const image = element as HTMLImageElement;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d')!;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return [...data].filter((value, i) => i % 4 === 0 && value > 127).length;
}
