/** @file A browser for the tests of one file, and one panel at a time that must not complain. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { PanelKind, PanelMessage } from '../../src/shared/panelMessages';
import { build, removeBuild } from '../support/build';
import { launchChromium } from '../support/chromium';
import { openPanel, type PanelPage } from './panelPage';

/** To be called at the top of a file; the function it returns opens the panel of a test, which is closed behind it. */
export function panelTests(): (kind: PanelKind, options?: Parameters<typeof openPanel>[2]) => Promise<PanelPage> {
  let browser: Browser;
  const open: PanelPage[] = [];
  beforeAll(async () => {
    build();
    browser = await launchChromium();
  });
  afterEach(async () => {
    for (const panel of open.splice(0)) {
      expect(panel.complaints).toEqual([]);
      await panel.page.close();
    }
  });
  afterAll(async () => {
    await browser.close();
    removeBuild();
  });
  return async (kind, options) => {
    const panel = await openPanel(browser, kind, options);
    open.push(panel);
    return panel;
  };
}

/** What the panel told the host last. */
export async function lastSaid(panel: PanelPage): Promise<PanelMessage | undefined> {
  return (await panel.said()).at(-1);
}
