/** @file A VS Code window in a browser, in the words of the person who sits before it. */
import * as path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import type { CodeServer } from './codeServer';

const SCREENSHOTS = path.resolve(import.meta.dirname, '..', '..', '..', 'artifacts', 'screenshots');
const OPENING = 60_000;

export class Window {
  #shots = 0;

  private constructor(
    readonly page: Page,
    /** Prefix of the screenshots' file names. */
    private readonly name: string,
  ) {}

  /** Ready as soon as the Explorer lists the folder. */
  static async open(browser: Browser, server: CodeServer, folder: string, name: string): Promise<Window> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const window = new Window(page, name);
    await page.goto(server.windowUrl(folder));
    await window.ready();
    return window;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  private async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: OPENING });
    await this.page.locator('.activitybar').waitFor({ timeout: OPENING });
  }

  /** artifacts/screenshots/NAME-NN-WHAT.png */
  async screenshot(what: string): Promise<void> {
    this.#shots++;
    const file = `${this.name}-${String(this.#shots).padStart(2, '0')}-${what}.png`;
    await this.page.screenshot({ path: path.join(SCREENSHOTS, file) });
  }

  explorerItem(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });
  }

  /** Entries of the context menu of a place, which stays open. */
  async contextMenu(place: Locator): Promise<Locator> {
    await place.click({ button: 'right' });
    const menu = this.page.locator('.monaco-menu .action-item:not(.disabled)');
    await menu.first().waitFor();
    return menu;
  }

  async chooseFromMenu(place: Locator, entry: string): Promise<void> {
    const menu = await this.contextMenu(place);
    await menu.filter({ hasText: entry }).first().click();
  }

  /** The list, input or buttons at the top of the window. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  async pick(entry: string | RegExp): Promise<void> {
    await this.quickInput.locator('.monaco-list-row').filter({ hasText: entry }).first().click();
  }

  /** By its title in the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.quickInput.locator('input[type=text]').first();
    await input.fill(`>${title}`);
    await this.quickInput.locator('.monaco-list-row').filter({ hasText: title }).first().waitFor();
    await input.press('Enter');
  }

  /** Rows of our tree of results. */
  results(text?: string | RegExp): Locator {
    const rows = this.page.locator(
      '.part.sidebar .monaco-list[aria-label*="Neural"] .monaco-list-row, .part.sidebar .tree-explorer-viewlet-tree-view .monaco-list-row',
    );
    return text === undefined ? rows : rows.filter({ hasText: text });
  }

  get notifications(): Locator {
    return this.page.locator('.notification-list-item');
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text });
  }

  /** The page inside the webview that is shown. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
