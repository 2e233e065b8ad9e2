/** @file A VS Code window in a browser, in the words of the person who sits before it. */
import * as path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { eventually, PATIENCE } from '../patience';
import type { CodeServer } from './codeServer';

const SCREENSHOTS = path.resolve(import.meta.dirname, '..', '..', '..', 'artifacts', 'screenshots');
/** Milliseconds after which steps are taken once more, longer each time. */
const SECOND_TRY = 8_000;

/** Expression of the window: what VS Code for the browser will open again after a reload. */
const STORED_EDITORS = `(async () => {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db-')) continue;
    const db = await settled(indexedDB.open(name));
    found.push(await settled(db.transaction('ItemTable').objectStore('ItemTable').get('memento/workbench.parts.editor')));
    db.close();
  }
  return JSON.stringify(found);
})()`;

export class Window {
  #shots = 0;

  private constructor(
    readonly page: Page,
    /** Prefix of the screenshots' file names. */
    private readonly name: string,
  ) {}

  /** `place`: a folder or `.code-workspace` file, or none. */
  static async open(browser: Browser, server: CodeServer, place: string | undefined, name: string): Promise<Window> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE);
    const window = new Window(page, name);
    await page.goto(server.windowUrl(place));
    await window.ready();
    return window;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Until VS Code has stored what an editor remembers: it does so every five seconds, and a reload does not wait for it. */
  async editorStored(memory: string): Promise<void> {
    await eventually(`VS Code to store an editor's ${memory}`, async () => {
      const stored = await this.page.evaluate<string>(STORED_EDITORS);
      return stored.includes(memory);
    });
  }

  /** As soon as the extension's contributions are there, which is some time after the window. */
  private async ready(): Promise<void> {
    await this.viewContainer.waitFor();
    await this.page.locator('.activitybar').waitFor();
  }

  /** artifacts/screenshots/NAME-NN-WHAT.png */
  async screenshot(what: string): Promise<void> {
    this.#shots++;
    const file = `${this.name}-${String(this.#shots).padStart(2, '0')}-${what}.png`;
    await this.page.screenshot({ path: path.join(SCREENSHOTS, file) });
  }

  /** For pictures, and for what overwrites an input a moment later: until animations are over. Nothing is expected of it. */
  async settle(): Promise<void> {
    await this.page.waitForTimeout(700);
  }

  private get viewContainer(): Locator {
    return this.page.locator('.activitybar .action-item a[aria-label^="Neural Cleanse"]');
  }

  async showResults(): Promise<void> {
    await this.command('Neural Cleanse: Show Results');
    await this.page.locator('.part.sidebar .title-label', { hasText: 'Neural Cleanse' }).waitFor();
  }

  async showExplorer(): Promise<void> {
    await this.page.locator('.activitybar .action-item a[aria-label^="Explorer"]').click();
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  explorerItem(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });
  }

  /** What stands at the end of a file's row; VS Code paints it by its style sheet. */
  async badgeOf(name: string): Promise<string> {
    const label = `.explorer-folders-view .monaco-list-row[aria-label^="${name}"] .monaco-icon-label`;
    await this.page.locator(label).waitFor();
    return await this.page.evaluate<string>(`getComputedStyle(document.querySelector('${label}'), '::after').content`);
  }

  /** Opens the context menu of a place. */
  private async contextMenu(place: Locator): Promise<Locator> {
    await place.click({ button: 'right' });
    const entries = this.page.locator('.monaco-menu .action-item:not(.disabled) .action-label:not(.separator)');
    await entries.first().waitFor();
    return entries;
  }

  /** What the context menu of a place offers. */
  async entriesOf(place: Locator): Promise<string[]> {
    const entries = await (await this.contextMenu(place)).allInnerTexts();
    await this.page.keyboard.press('Escape');
    await this.page.locator('.monaco-menu').waitFor({ state: 'detached' });
    return entries;
  }

  async chooseFromMenu(place: Locator, entry: string): Promise<void> {
    const entries = await this.contextMenu(place);
    await this.screenshot('menu');
    const menu = this.page.locator('.monaco-menu');
    // VS Code takes no click in the first tenth of a second of a menu, which lasts longer where the machine is busy.
    while ((await menu.count()) > 0) {
      await entries.filter({ hasText: entry }).first().click();
      await menu.waitFor({ state: 'detached', timeout: 2000 }).catch(() => undefined);
    }
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
    await this.inQuickInput(async () => {
      await this.page.keyboard.press('F1');
      await this.filter(`>${title}`);
      await this.pick(title);
    });
  }

  async changeTheme(name: string): Promise<void> {
    await this.inQuickInput(async () => {
      await this.page.keyboard.press('F1');
      await this.filter('>Preferences: Color Theme');
      await this.pick('Preferences: Color Theme');
      await this.quickInput.locator('input[placeholder*="Theme"]').waitFor();
      await this.filter(name);
      await this.pick(name);
    });
    await this.quickInput.waitFor({ state: 'hidden' });
    await this.settle();
  }

  /** It closes by itself when something else takes the focus, such as a webview that has just come. */
  private inQuickInput(steps: () => Promise<void>): Promise<void> {
    return this.again(steps, () => this.page.keyboard.press('Escape'));
  }

  /** Takes steps that something else on the screen can get in the way of, until they are through. */
  private async again(
    steps: () => Promise<void>,
    giveUp: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    let limit = SECOND_TRY;
    try {
      for (;;) {
        this.page.setDefaultTimeout(limit);
        try {
          await steps();
          return;
        } catch (error) {
          if (limit > PATIENCE) throw error;
          limit *= 2;
          await giveUp();
        }
      }
    } finally {
      this.page.setDefaultTimeout(PATIENCE);
    }
  }

  /** A path typed into VS Code's own dialog of files; that of a folder ends with a slash. */
  async enterPath(file: string): Promise<void> {
    const input = this.quickInput.locator('input[type=text]').first();
    // The dialog begins with a folder, and overwrites what was typed before it did.
    await eventually('the dialog to begin with a folder', async () => (await input.inputValue()).startsWith('/'));
    await eventually('the path to stay as it was typed', async () => {
      await input.fill(file);
      await this.settle();
      return (await input.inputValue()) === file;
    });
    await this.quickInput.locator('.quick-input-action .monaco-button:visible').first().click();
  }

  private async filter(text: string): Promise<void> {
    await this.quickInput.locator('input[type=text]').first().fill(text);
  }

  /** Rows of our tree of results. */
  results(text: string | RegExp): Locator {
    return this.page.locator('.part.sidebar .monaco-list-row').filter({ hasText: text });
  }

  /** The labels of an infected model, the folded ones too. */
  async labels(): Promise<string[]> {
    const others = this.results('Other labels');
    if ((await others.getAttribute('aria-expanded')) === 'false') await others.click();
    return this.results(/L1 /).allInnerTexts();
  }

  /** A button at the end of a row, which shows when the mouse is over it. */
  async inlineAction(row: Locator, title: string): Promise<void> {
    // A tree that is drawn anew meanwhile moves the row away from under the mouse.
    await this.again(async () => {
      await row.first().hover();
      await row.first().locator(`.action-label[aria-label="${title}"]`).click();
    });
  }

  notification(text: string): Locator {
    return this.page.locator('.notification-list-item').filter({ hasText: text });
  }

  async dismissNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
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
