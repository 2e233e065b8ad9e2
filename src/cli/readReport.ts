/** @file Reads the JSON report of an earlier scan. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { UsageError } from '../engine/support/errors';
import { parseReport } from '../engine/output/scanJson';
import type { ScanReport } from '../engine/report/scanReport';

/** Throws {@link UsageError} naming the file. */
export async function readReport(file: string): Promise<ScanReport> {
  return parseReport(await readText(file, 'the scan report'), path.basename(file));
}

/** `what` is the file for people, such as "the filter". Throws {@link UsageError} where it cannot be read. */
export async function readText(file: string, what: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${what} cannot be read`, { file }, { cause });
  });
}
