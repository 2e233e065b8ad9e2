// Prints "N passed, N failed" from vitest's JSON report; a run that did not get that far counts as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [, , file = ''] = process.argv;
const { numPassedTests, numFailedTests, success } = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, success: false };
const failed = success ? 0 : Math.max(1, numFailedTests);
console.log(`${numPassedTests} passed, ${failed} failed`);
