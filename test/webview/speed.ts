/** @file How long the scan panel computes with 3,000 labels, in headless Chromium. Prints figures as JSON. */
import { scanView } from '../../src/shared/scanView';
import { build, removeBuild } from '../support/build';
import { launchChromium } from '../support/chromium';
import { entry, largeReport } from './content';
import { openPanel } from './panelPage';
import type { Figure } from '../../bench/lib/figures';

async function measurePanel(): Promise<Figure[]> {
  build();
  const browser = await launchChromium();
  try {
    const panel = await openPanel(browser, 'scan');
    const { page } = panel;
    const report = largeReport(3000);
    // Of the page's main thread, so that other work on this machine does not count.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
    };
    const took = async (name: string, limit: number, action: () => Promise<unknown>): Promise<Figure> => {
      const start = await busy();
      await action();
      const value = (await busy()) - start;
      return { name: `panel with 3,000 labels, processor time: ${name}`, value, unit: 'ms', limit };
    };
    return [
      await took('first drawing', 1000, () =>
        panel.send({ type: 'scan', scan: scanView(entry({ labels: report.labels, report })) }),
      ),
      await took('scrolling', 300, async () => {
        await page.getByRole('listbox', { name: 'Labels' }).evaluate((list) => {
          list.scrollTop = 60_000;
        });
        await page
          .getByRole('option', { name: /class number/ })
          .first()
          .waitFor();
      }),
      await took('charts', 1000, async () => {
        await page.getByRole('tab', { name: 'Charts' }).click();
        await page.getByRole('slider', { name: /Size of the triggers/ }).waitFor();
      }),
      await took('ten steps of the cursor on a chart', 600, async () => {
        await page.getByRole('slider', { name: /Anomaly index/ }).focus();
        for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight', { delay: 50 });
      }),
    ];
  } finally {
    await browser.close();
    removeBuild();
  }
}

console.log(JSON.stringify(await measurePanel()));
