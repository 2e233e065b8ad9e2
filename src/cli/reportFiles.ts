/** @file Writes the report files that the user asked for; whether that is possible is checked before any work. */
import * as path from 'node:path';
import { UsageError } from '../engine/errors';
import { htmlReport } from '../engine/output/html';
import { jsonReport } from '../engine/output/json';
import { sarifReport } from '../engine/output/sarif';
import { textReport } from '../engine/output/text';
import type { ScanReport } from '../engine/report';
import { atomicWrite, checkWritable } from '../runner/atomicWrite';
import type { Terminal } from './terminal';
import { VERSION } from '../engine/version';

/** Path per format; `-` is stdout. */
export interface ReportTargets {
  readonly json?: string;
  readonly sarif?: string;
  readonly html?: string;
}

const STDOUT = '-';

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
    await checkWritable(target).catch((cause: unknown) => {
      throw new UsageError(`the report cannot be written (${reasonOf(cause)})`, { file: target }, { cause });
    });
  }
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
    if (target === undefined) continue;
    await (target === STDOUT ? terminal.print(render()) : atomicWrite(target, render()));
  }
  if (!pathsOf(targets).includes(STDOUT)) await terminal.print(textReport(report, { colours: terminal.colours }));
}

function pathsOf({ json, sarif, html }: ReportTargets): string[] {
  return [json, sarif, html].filter((target) => target !== undefined);
}

/** Relative to the working folder, which in CI is the checkout; a model from elsewhere goes by its name alone. */
function repositoryPath(model: string): string {
  const relative = path.relative(process.cwd(), path.resolve(model));
  const outside = relative === '' || /^\.\.([/\\]|$)/.test(relative) || path.isAbsolute(relative);
  return (outside ? path.basename(path.resolve(model)) : relative).split(path.sep).join('/');
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'its folder does not exist',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
  };
  return known[code] ?? (cause instanceof Error ? cause.message : String(cause));
}
