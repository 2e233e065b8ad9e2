/** @file Sentences as the engine must not write them: nobody could translate them. */
import { UsageError } from '../../../src/engine/support/errors';
import type { ReportFinding } from '../../../src/engine/report/scanReport';

export function fromElsewhere(error: Error): UsageError {
  return new UsageError(error.message);
}

export function runTogether(gizmo: string, count: number): ReportFinding {
  return { severity: 'note', message: `The file holds ${gizmo}${count}.` };
}
