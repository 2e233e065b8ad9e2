/** Every panel in every theme: free of serious accessibility faults, and on a picture to be looked at. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostMessage, PanelKind } from '../../src/shared/panelMessages';
import type { LabelNeurons } from '../../src/shared/scanEntry';
import { build, removeBuild } from '../support/build';
import { launchChromium } from '../support/chromium';
import {
  deepIdentification,
  details,
  entry,
  finishedScan,
  identification,
  manyStates,
  automatic,
  manyTriggers,
  model,
  pairsReport,
  preview,
  repair,
  repairedScan,
  report,
} from './content';
import { openPanel, THEMES, type PanelPage } from './panelPage';
import { scanView } from '../../src/shared/scanView';

let browser: Browser;
beforeAll(async () => {
  build();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  removeBuild();
});

interface Case {
  readonly name: string;
  readonly kind: PanelKind;
  readonly messages: readonly HostMessage[];
  readonly width?: number;
  readonly act?: (panel: PanelPage) => Promise<void>;
}

const allDetails = details.map((one): HostMessage => ({ type: 'details', details: one }));
const scan: HostMessage[] = [{ type: 'scan', scan: finishedScan }, ...allDetails];
const pairsScan: HostMessage[] = [
  { type: 'scan', scan: scanView(entry({ report: pairsReport, labels: pairsReport.labels })) },
  ...allDetails,
];
const tab =
  (name: string) =>
  async ({ page }: PanelPage): Promise<void> => {
    await page.getByRole('tab', { name }).click();
    await page.waitForTimeout(100);
  };

const withNeurons = (neurons: LabelNeurons): HostMessage[] => [
  { type: 'scan', scan: scanView(entry({ neurons: [neurons] })) },
  ...allDetails,
];

const runningScan: HostMessage[] = [
  {
    type: 'scan',
    scan: scanView(entry({ state: 'running', labels: report.labels.slice(0, 4) })),
  },
  {
    type: 'live',
    live: {
      progress: {
        phase: 'inverting',
        done: 1480,
        total: 3000,
        labelsDone: 4,
        labelsTotal: 10,
        current: [],
        secondsLeft: 23,
      },
      running: [{ label: 5, curve: report.labels[5]!.curve.slice(0, 40) }],
    },
  },
  ...allDetails.slice(0, 4),
];

const CASES: Case[] = [
  { name: 'scan-triggers', kind: 'scan', messages: scan },
  {
    name: 'scan-side-by-side',
    kind: 'scan',
    messages: scan,
    act: async ({ page }) => {
      await page.getByRole('button', { name: /Keep beside/ }).click();
      await page.getByRole('option').nth(3).click();
      await page.waitForTimeout(100);
    },
  },
  { name: 'scan-pairs', kind: 'scan', messages: pairsScan, act: tab('Pairs') },
  { name: 'scan-charts', kind: 'scan', messages: scan, act: tab('Charts') },
  {
    name: 'scan-charts-tables',
    kind: 'scan',
    messages: scan,
    act: async (panel) => {
      await tab('Charts')(panel);
      for (const title of ['Anomaly index of each label', 'Size of the triggers']) {
        await panel.page.getByRole('button', { name: `Show as table: ${title}` }).click();
      }
    },
  },
  { name: 'scan-optimisation', kind: 'scan', messages: scan, act: tab('Optimisation') },
  { name: 'scan-details', kind: 'scan', messages: scan, act: tab('Details') },
  { name: 'scan-neurons-unknown', kind: 'scan', messages: scan, act: tab('Neurons') },
  { name: 'scan-neurons-measuring', kind: 'scan', messages: withNeurons({ label: 7 }), act: tab('Neurons') },
  { name: 'scan-neurons', kind: 'scan', messages: withNeurons({ label: 7, identification }), act: tab('Neurons') },
  {
    name: 'scan-neurons-table',
    kind: 'scan',
    messages: withNeurons({
      label: 7,
      identification,
      doubt: 'The model guesses: it names 12 % of the samples correctly.',
    }),
    act: async (panel) => {
      await tab('Neurons')(panel);
      await panel.page.getByRole('button', { name: /Show as table: Neurons/ }).click();
    },
  },
  {
    name: 'scan-neurons-deep',
    kind: 'scan',
    messages: withNeurons({ label: 7, identification: deepIdentification }),
    act: tab('Neurons'),
  },
  {
    name: 'scan-neurons-narrow',
    kind: 'scan',
    messages: withNeurons({ label: 7, identification }),
    width: 420,
    act: tab('Neurons'),
  },
  { name: 'scan-narrow', kind: 'scan', messages: scan, width: 420 },
  { name: 'scan-narrow-charts', kind: 'scan', messages: scan, width: 420, act: tab('Charts') },
  { name: 'scan-running', kind: 'scan', messages: runningScan },
  { name: 'scan-running-curve', kind: 'scan', messages: runningScan, act: tab('Optimisation') },
  { name: 'scan-states', kind: 'scan', messages: [{ type: 'scan', scan: manyStates }] },
  {
    name: 'scan-failed',
    kind: 'scan',
    messages: [
      {
        type: 'scan',
        scan: scanView({
          uri: 'file:///m.onnx',
          name: 'm.onnx',
          state: 'failed',
          labels: [],
          running: [],
          error: 'M.onnx: the operator NonZero is not supported. Export the model again.',
        }),
      },
    ],
  },
  { name: 'scan-unknown', kind: 'scan', messages: [] },
  {
    name: 'scan-before-after',
    kind: 'scan',
    messages: [{ type: 'scan', scan: repairedScan }, ...allDetails],
    act: tab('Before and after'),
  },
  { name: 'samples', kind: 'samples', messages: [{ type: 'preview', model: 'infected.onnx', preview }] },
  {
    name: 'samples-doubt',
    kind: 'samples',
    messages: [
      {
        type: 'preview',
        model: 'infected.onnx',
        preview: {
          ...preview,
          cleanAccuracy: 0.12,
          doubt: 'The model guesses: it names 12 % of the samples correctly. Check the preprocessing.',
          notes: ['2 files could not be read.'],
        },
      },
    ],
  },
  { name: 'model', kind: 'model', messages: [{ type: 'model', model }] },
  {
    name: 'model-error',
    kind: 'model',
    messages: [
      {
        type: 'model',
        model: { name: 'broken.h5', error: 'Broken.h5: the file is cut off. Get it again from its source.' },
      },
    ],
  },
  {
    name: 'repair-lost',
    kind: 'repair',
    messages: [{ type: 'repair', repair: { uri: 'file:///m.onnx', name: 'infected.onnx', state: 'lost', labels: [] } }],
  },
  {
    name: 'repair-scanning-again',
    kind: 'repair',
    messages: [
      {
        type: 'repair',
        repair: repair({ state: 'saving', progress: { phase: 'scanning', done: 400, total: 3000, rounds: [] } }),
      },
    ],
  },
  { name: 'repair-ready', kind: 'repair', messages: [{ type: 'repair', repair: repair() }] },
  {
    name: 'repair-many-triggers',
    kind: 'repair',
    messages: [{ type: 'repair', repair: repair({ report: manyTriggers }) }],
  },
  {
    name: 'repair-automatic',
    kind: 'repair',
    messages: [{ type: 'repair', repair: repair({ report: automatic }) }],
  },
  {
    name: 'repair-running',
    kind: 'repair',
    messages: [
      {
        type: 'repair',
        repair: {
          uri: 'file:///m.onnx',
          name: 'infected.onnx',
          state: 'computing',
          labels: [],
          progress: {
            phase: 'unlearning',
            done: 40,
            total: 120,
            rounds: [{ labels: [7], unlearn: repair().report!.rounds[0]!.unlearn!.slice(0, 11) }],
          },
        },
      },
    ],
  },
];

describe.each(CASES)('$name', ({ name, kind, messages, width, act }) => {
  it('is accessible in every theme and complains of nothing', async () => {
    const panel = await openPanel(browser, kind, { ...(width !== undefined && { width }) });
    try {
      await panel.send(...messages);
      await act?.(panel);
      // Before axe-core, which makes style elements of its own.
      expect(panel.complaints).toEqual([]);
      for (const theme of THEMES) {
        await panel.applyTheme(theme);
        await panel.screenshot(`${name}-${theme}`);
        // A theme changes colours and nothing else.
        expect(await panel.accessibilityFaults(theme === THEMES[0] ? 'everything' : 'colours'), theme).toEqual([]);
      }
    } finally {
      await panel.page.close();
    }
  });
});
