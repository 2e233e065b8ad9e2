/** @file Runs the integration suite inside a real VS Code, prints what comes, and keeps the counts for `npm test`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { runHostSuite } from '../support/vscode/hostSuite';
import type { SuiteEvent } from './events';

const RESULTS = path.resolve(import.meta.dirname, '..', '..', '.cache', 'test-results', 'integration.json');

/** As vitest's JSON reporter has them. */
const tests: { fullName: string; status: 'passed' | 'failed'; duration?: number }[] = [];

function count(event: SuiteEvent): void {
  switch (event.kind) {
    case 'pass':
      tests.push({ fullName: event.title, status: 'passed', duration: event.milliseconds });
      console.log(`  ✓ ${event.title} (${Math.round(event.milliseconds)} ms)`);
      break;
    case 'fail':
      tests.push({ fullName: event.title, status: 'failed' });
      console.log(`  ✗ ${event.title}\n${event.error}`);
      break;
    case 'figure':
    case 'end':
  }
}

let numFailedTests = 0;
try {
  await runHostSuite(path.join(import.meta.dirname, 'suite', 'index.ts'), count);
} catch (error) {
  numFailedTests++;
  console.error(error);
}
numFailedTests += tests.filter(({ status }) => status === 'failed').length;
const numPassedTests = tests.filter(({ status }) => status === 'passed').length;
console.log(`\nIntegration tests: ${numPassedTests} passed, ${numFailedTests} failed`);
mkdirSync(path.dirname(RESULTS), { recursive: true });
const testResults = [{ name: 'test/integration', assertionResults: tests }];
writeFileSync(RESULTS, JSON.stringify({ numPassedTests, numFailedTests, testResults }));
process.exitCode = numFailedTests === 0 ? 0 : 1;
