/** @file Sentences as the engine could write them, for the test of what finds them. */
import { UsageError } from '../../../src/engine/support/errors';
import type { ReportFinding } from '../../../src/engine/report/scanReport';

export function missing(name: string, count: number): UsageError {
  return refused(count > 1 ? 'the gizmos are missing' : 'the gizmo is missing', `a gizmo named ${name}`);
}

export function notes(count: number): ReportFinding[] {
  const what = count > 1 ? 'several gizmos' : 'one gizmo';
  const messages = ['red', 'green'].map((colour) => `The ${colour} file holds ${what}.`);
  return messages.map((message): ReportFinding => ({ severity: 'note', message }));
}

function refused(summary: string, expected: string): UsageError {
  return new UsageError(summary, { expected, got: 'nothing of that kind' });
}
