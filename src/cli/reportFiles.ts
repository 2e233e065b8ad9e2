/** @file Writes the report files that the user asked for; whether that is possible is checked before any work. */
import * as path from 'node:path';
import { UsageError } from '../engine/support/errors';
import { htmlReport } from '../engine/output/html/scanHtml';
import { jsonReport } from '../engine/output/scanJson';
import { sarifReport } from '../engine/output/scanSarif';
import { textReport } from '../engine/output/text/scanText';
import type { ScanReport } from '../engine/report/scanReport';
import { atomicWrite, checkWritable } from '../runner/files/atomicWrite';
import { cannotWrite } from '../runner/files/cannotWrite';
import type { Terminal } from './terminal';
import { VERSION } from '../engine/report/version';

/** Path per format; `-` is stdout. */
export interface ReportTargets {
  readonly json?: string;
  readonly sarif?: string;
  readonly html?: string;
}

export const STDOUT = '-';

/** Throws {@link UsageError} where a report could not be written in the end. */
export async function checkTargets(targets: ReportTargets): Promise<void> {
  const used = new Set<string>();
  for (const target of pathsOf(targets)) {
    const place = target === STDOUT ? STDOUT : path.resolve(target);
    if (used.has(place)) {
      throw new UsageError('two reports cannot go to the same place', { got: target === STDOUT ? 'stdout' : target });
    }
    used.add(place);
    if (target === STDOUT) continue;
    await checkOutput(target, 'the report');
  }
}

/** `what` is the file for people. Throws {@link UsageError} where it could not be written in the end. */
export async function checkOutput(file: string, what: string): Promise<void> {
  await checkWritable(file).catch((cause: unknown) => {
    throw cannotWrite(what, file, cause);
  });
}

/** The report files, and the text report on stdout unless one of them goes there. `model` is the scanned path. */
export async function writeReports(
  report: ScanReport,
  targets: ReportTargets,
  model: string,
  terminal: Terminal,
): Promise<void> {
  const { json, sarif, html } = targets;
  const contents: [string | undefined, () => string][] = [
    [json, () => jsonReport(report)],
    [sarif, () => sarifReport(report, { modelPath: repositoryPath(model), toolVersion: VERSION })],
    [html, () => htmlReport(report)],
  ];
  for (const [target, render] of contents) {
    if (target !== undefined) await writeTo(target, render(), terminal);
  }
  if (!pathsOf(targets).includes(STDOUT)) await terminal.print(textReport(report, { colours: terminal.colours }));
}

/** Writes a file, or to stdout where the target is `-`. */
export async function writeTo(target: string, text: string, terminal: Terminal): Promise<void> {
  await (target === STDOUT ? terminal.print(text) : atomicWrite(target, text));
}

function pathsOf({ json, sarif, html }: ReportTargets): string[] {
  return [json, sarif, html].filter((target) => target !== undefined);
}

/** Path of a model for SARIF: relative to the working folder, which in CI is the checkout; a model from elsewhere goes by its name alone. */
export function repositoryPath(model: string): string {
  const relative = path.relative(process.cwd(), path.resolve(model));
  const outside = relative === '' || /^\.\.([/\\]|$)/.test(relative) || path.isAbsolute(relative);
  return (outside ? path.basename(path.resolve(model)) : relative).split(path.sep).join('/');
}
