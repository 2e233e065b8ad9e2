/** @file A webview as VS Code makes it, in a plain browser: the host's page, its policy, a theme, and the line to the host. */
import { mkdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { panelHtml } from '../../src/host/panels/html';
import type { HostMessage, PanelKind, PanelMessage } from '../../src/shared/panelMessages';
import { built } from '../support/build';
import { ROOT } from '../support/project';

export const THEMES = ['dark', 'light', 'hc-dark', 'hc-light'] as const;
export type Theme = (typeof THEMES)[number];

const ORIGIN = 'https://webview.test';
const SCREENSHOTS = path.join(ROOT, 'artifacts', 'screenshots', 'webview');
const BODY_CLASSES: Record<Theme, string[]> = {
  dark: ['vscode-dark'],
  light: ['vscode-light'],
  'hc-dark': ['vscode-high-contrast'],
  'hc-light': ['vscode-high-contrast-light', 'vscode-high-contrast'],
};
/** What VS Code puts into every webview, as far as it shows. */
const DEFAULT_STYLE = `html { background: var(--vscode-editor-background); scrollbar-color: var(--vscode-scrollbarSlider-background) transparent; }
@layer vscode-default { body { margin: 0; padding: 0 20px; } img, video { max-width: 100%; max-height: 100%; } }`;

export interface PanelPage {
  readonly page: Page;
  send(...messages: readonly HostMessage[]): Promise<void>;
  /** What the panel has said so far. */
  said(): Promise<PanelMessage[]>;
  applyTheme(theme: Theme): Promise<void>;
  /** Loads the page again; what the panel saved is still there. */
  reload(): Promise<void>;
  screenshot(name: string): Promise<void>;
  /** Serious and critical faults that axe-core finds, as text. */
  accessibilityFaults(of?: 'everything' | 'colours'): Promise<string[]>;
  /** Errors and violated policies so far. */
  readonly complaints: readonly string[];
}

/** Opens a panel; it has said `ready` and got `start`. */
export async function openPanel(
  browser: Browser,
  kind: PanelKind,
  {
    theme = 'dark',
    width = 1000,
    translations,
  }: { theme?: Theme; width?: number; translations?: Readonly<Record<string, string>> } = {},
): Promise<PanelPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    if (url.origin !== ORIGIN) {
      complaints.push(`request: ${url.href}`);
      await route.abort();
    } else if (url.pathname === '/') {
      await route.fulfill({ contentType: 'text/html', body: pageOf(kind) });
    } else if (url.pathname === '/webview.js' || url.pathname === '/webview.css') {
      await route.fulfill({ path: built(url.pathname.slice(1)) });
    } else {
      await route.fulfill({ status: 404 });
    }
  });
  // Where tsx runs this file (the benchmark), it wraps functions in a helper that the page doesn't have.
  await page.addInitScript('globalThis.__name ??= (named) => named');
  await page.addInitScript(mimicVsCode, { style: DEFAULT_STYLE, theme: themeOf(theme) });

  const send = async (...messages: readonly HostMessage[]): Promise<void> => {
    await page.evaluate((all) => {
      for (const message of all) window.postMessage(message, '*');
    }, messages);
    await settled(page);
  };
  const start = async (): Promise<void> => {
    await page.waitForFunction(() => (window as unknown as MimicWindow).said.some(({ type }) => type === 'ready'));
    await send({ type: 'start', ...(translations && { translations }) });
  };
  await page.goto(`${ORIGIN}/`);
  await start();
  return {
    page,
    complaints,
    send,
    said: () => page.evaluate(() => (window as unknown as MimicWindow).said),
    applyTheme: async (next) => {
      await page.evaluate((chosen) => {
        (window as unknown as MimicWindow).applyTheme(chosen);
      }, themeOf(next));
      await settled(page);
    },
    reload: async () => {
      await page.reload();
      await start();
    },
    screenshot: async (name) => {
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
    },
    accessibilityFaults: async (of = 'everything') => {
      await page.evaluate(axe.source);
      const options: axe.RunOptions = {
        resultTypes: ['violations'],
        ...(of === 'colours' && { runOnly: ['color-contrast', 'link-in-text-block'] }),
      };
      const { violations } = await page.evaluate((given) => (window as unknown as MimicWindow).axe.run(given), options);
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, help, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ''}`),
        );
    },
  };
}

interface MimicTheme {
  readonly colours: Readonly<Record<string, string>>;
  readonly classes: readonly string[];
}

interface MimicWindow {
  readonly said: PanelMessage[];
  applyTheme(theme: MimicTheme): void;
  readonly axe: { run(options: axe.RunOptions): Promise<axe.AxeResults> };
}

/** Runs in the page before its own scripts. */
function mimicVsCode({ style, theme }: { style: string; theme: MimicTheme }): void {
  const said: unknown[] = [];
  const api = {
    postMessage: (message: unknown) => said.push(structuredClone(message)),
    getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state: unknown) => {
      sessionStorage.setItem('state', JSON.stringify(state));
    },
  };
  const applyTheme = ({ colours, classes }: MimicTheme): void => {
    const root = document.documentElement;
    for (const name of [...root.style].filter((property) => property.startsWith('--vscode-'))) {
      root.style.removeProperty(name);
    }
    for (const [name, value] of Object.entries(colours)) root.style.setProperty(name, value);
    document.body.classList.remove(...[...document.body.classList].filter((name) => name.startsWith('vscode-')));
    document.body.classList.add(...classes);
  };
  Object.assign(window, { said, applyTheme, acquireVsCodeApi: () => api });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet, ...document.adoptedStyleSheets];
  new MutationObserver((_, observer) => {
    // The parser has just made the body; our script comes later.
    if ((document.body as HTMLElement | null) === null) return;
    observer.disconnect();
    applyTheme(theme);
  }).observe(document, { childList: true, subtree: true });
}

function pageOf(kind: PanelKind): string {
  return panelHtml({
    kind,
    source: ORIGIN,
    script: `${ORIGIN}/webview.js`,
    style: `${ORIGIN}/webview.css`,
    nonce: 'bm9uY2U',
    language: 'en',
  });
}

function themeOf(theme: Theme): MimicTheme {
  const file = path.join(ROOT, 'test', 'webview', 'themes', `${theme}.json`);
  return {
    colours: JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>,
    classes: BODY_CLASSES[theme],
  };
}

/** Two frames: one draws, one follows it. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 30)));
      }),
  );
}
