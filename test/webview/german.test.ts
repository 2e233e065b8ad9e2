/** @file The panels in German: our own texts and those that the engine wrote. */
import { describe, expect, it } from 'vitest';
import { assess } from '../../src/engine/detect/judge/verdict';
import { repairNotes } from '../../src/engine/repair/repairNotes';
import { scanView } from '../../src/shared/scanView';
import { projectFile } from '../support/project';
import { entry, model, preview, repair, repairReport, report } from './content';
import { panelTests } from './panelTest';

const open = panelTests();
const translations = JSON.parse(projectFile('l10n/bundle.l10n.de.json')) as Record<string, string>;

describe('in German', () => {
  it('the scan panel says why a verdict is inconclusive, and what was found about the file', async () => {
    const panel = await open('scan', { translations });
    const labels = report.labels.slice(0, 3);
    const settings = { pThreshold: 0.01, successThreshold: 0.99 };
    const shown = {
      ...report,
      ...assess(labels, { settings, classes: 3, scanned: 3, pixels: 784 }),
      samples: {
        ...report.samples,
        source: 'image folders, 3 classes',
        preprocessing: 'BGR ImageNet mean and deviation',
      },
      findings: [
        {
          severity: 'note',
          place: 'input "x"',
          message: 'The model takes whole-number pixels; the scan treats them as continuous.',
        },
      ] as const,
    };
    await panel.send({ type: 'scan', scan: scanView(entry({ report: shown, labels })) });
    const { page } = panel;
    await page.getByText('Bei 3 Klassen kann keine aus den anderen herausragen').waitFor();
    await panel.screenshot('german-scan');
    await page.getByRole('tab', { name: 'Einzelheiten' }).click();
    await page.getByText('die Suche behandelt sie als stetig').waitFor();
    await page.getByText('Eingabe "x"').waitFor();
    await page.getByText('Ordner mit Bildern, 3 Klassen').waitFor();
    await page.getByText('BGR Mittelwert und Abweichung von ImageNet').waitFor();
    await panel.screenshot('german-details');
  });

  it('the repair panel tells what was done', async () => {
    const panel = await open('repair', { translations });
    const settings = { method: 'prune', maxAccuracyLoss: 0.001, maxRounds: 3, loop: false } as const;
    const notes = repairNotes({ ...repairReport, settings: settings as never });
    await panel.send({ type: 'repair', repair: repair({ report: { ...repairReport, notes } }) });
    const list = panel.page.locator('.reasons');
    await list.waitFor();
    expect(await list.textContent()).toMatch(
      /225 von 512 Neuronen der Schicht "fc1" wurden gestutzt\..*nach dem Stutzen trainiert: 96 Schritte \(3072 Bilder\)\..*ging von 99\.0 % auf 98\.6 %\./s,
    );
    await panel.screenshot('german-repair');
  });

  it('the samples panel and the model editor say what to know', async () => {
    const samples = await open('samples', { translations });
    const doubt = 'The samples have no labels, so the preprocessing (ImageNet mean and deviation) is a guess.';
    const notes = [
      'All images were resized to 32×32 (sizes such as 40×30, 28×28).',
      '12 of 400 images were converted to grey.',
    ];
    await samples.send({ type: 'preview', model: 'm.onnx', preview: { ...preview, doubt, notes } });
    await samples.page.getByText('die Vorverarbeitung (Mittelwert und Abweichung von ImageNet) geraten').waitFor();
    await samples.page.getByText('Alle Bilder wurden auf 32×32 gebracht (Größen wie 40×30, 28×28).').waitFor();
    await samples.page.getByText('12 von 400 Bildern wurden in Graustufen umgewandelt.').waitFor();
    await samples.screenshot('german-samples');

    const editor = await open('model', { translations });
    const message = 'The layer was exported in training mode; it is left out, as in evaluation.';
    const inspection = {
      ...model.inspection!,
      format: 'Keras archive',
      findings: [{ severity: 'warning', message }] as const,
    };
    await editor.send({ type: 'model', model: { ...model, inspection } });
    await editor.page.getByText('sie wird ausgelassen wie bei der Auswertung').waitFor();
    await editor.page.getByText('Keras-Archiv').waitFor();
    await editor.screenshot('german-model');
  });
});
