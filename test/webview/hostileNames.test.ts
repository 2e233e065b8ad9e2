/** @file Names from files stay text in every panel, whatever they look like. */
import { describe, expect, it } from 'vitest';
import { scanView } from '../../src/shared/scanView';
import { entry, HOSTILE, identification, model, preview, repair, repairReport, report } from './content';
import type { PanelPage } from './panelPage';
import { panelTests } from './panelTest';

const open = panelTests();

describe('hostile names stay text', () => {
  const hostileReport = {
    ...report,
    model: { ...report.model, file: HOSTILE },
    reasons: [HOSTILE],
    findings: [{ severity: 'warning', place: HOSTILE, message: HOSTILE }] as const,
    labels: report.labels.map((label) => ({ ...label, name: HOSTILE })),
  };
  const hostileLayers = identification.layers.map((layer) => ({ ...layer, name: HOSTILE }));
  const hostileScan = scanView(
    entry({
      ...{ name: HOSTILE, report: hostileReport, labels: hostileReport.labels, before: hostileReport },
      neurons: [{ label: 7, identification: { ...identification, layers: hostileLayers }, doubt: HOSTILE }],
    }),
  );

  it('in the scan panel', async () => {
    const panel = await open('scan');
    await panel.send({ type: 'scan', scan: hostileScan });
    for (const tab of ['Triggers', 'Charts', 'Optimisation', 'Neurons', 'Details', 'Before and after']) {
      await panel.page.getByRole('tab', { name: tab }).click();
      await expectInert(panel);
    }
  });

  it('in the model editor, the samples and the repair panel', async () => {
    const editor = await open('model');
    const inspection = {
      ...model.inspection!,
      layers: [{ name: HOSTILE, operator: HOSTILE, parameters: 1 }],
      head: HOSTILE,
      classNames: [HOSTILE, HOSTILE],
    };
    await editor.send({ type: 'model', model: { name: HOSTILE, inspection, error: HOSTILE, scan: hostileScan } });
    await expectInert(editor);

    const samples = await open('samples');
    await samples.send({
      type: 'preview',
      model: HOSTILE,
      preview: {
        ...preview,
        source: HOSTILE,
        doubt: HOSTILE,
        notes: [HOSTILE],
        classNames: Array.from({ length: 10 }, () => HOSTILE),
        images: preview.images.map((image) => ({ ...image, name: HOSTILE })),
      },
    });
    await expectInert(samples);

    const repairs = await open('repair');
    await repairs.send({
      type: 'repair',
      repair: repair({
        name: HOSTILE,
        labels: [{ label: 7, name: HOSTILE }],
        report: { ...repairReport, notes: [HOSTILE], saved: { file: HOSTILE, sha256: '' } },
      }),
    });
    await expectInert(repairs);
  });

  async function expectInert(panel: PanelPage): Promise<void> {
    const { scripts, images, shown } = await panel.page.evaluate(() => ({
      scripts: document.querySelectorAll('main script, main [onerror]').length,
      images: [...document.images].filter(({ src }) => !src.startsWith('data:image/png')).length,
      shown: document.body.innerText,
    }));
    expect({ scripts, images }).toEqual({ scripts: 0, images: 0 });
    expect(shown).toContain('<img src=x');
    expect(shown).not.toContain('\u{202e}');
  }
});
