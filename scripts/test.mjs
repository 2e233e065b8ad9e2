// All checks of `npm test`, one after the other, also after a failure. Ends with the measured figures, what failed, and
// "N passed, N failed"; a step that failed without naming a test counts as one failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';

const FIGURES = 'artifacts/figures.json';
const STEPS = [
  { script: 'check-types' },
  { script: 'lint' },
  { script: 'build' },
  { script: 'test:unit', results: '.cache/test-results/unit.json' },
  { script: 'test:integration', results: '.cache/test-results/integration.json' },
  { script: 'test:e2e', results: '.cache/test-results/e2e.json' },
];

rmSync('.cache/test-results', { recursive: true, force: true });
rmSync(FIGURES, { force: true });
let passed = 0;
let failed = 0;
const faults = [];
for (const { script, results } of STEPS) {
  const start = Date.now();
  const { status } = spawnSync('npm', ['run', '--silent', script], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  console.log(`${script}: ${status === 0 ? 'passed' : 'FAILED'} after ${Math.round((Date.now() - start) / 1000)} s\n`);
  const counts = results !== undefined && existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  passed += counts.numPassedTests ?? 0;
  failed += status === 0 ? 0 : Math.max(1, counts.numFailedTests ?? 0);
  if (status !== 0) faults.push(script);
}
if (existsSync(FIGURES)) {
  console.log(`Figures of this run, also in ${FIGURES}`);
  for (const { name, value, unit, limit } of JSON.parse(readFileSync(FIGURES, 'utf8'))) {
    console.log(`  ${name}: ${Number(value.toPrecision(3))} ${unit}${limit === undefined ? '' : ` (limit ${limit})`}`);
  }
}
if (faults.length > 0) console.log(`Failed: ${faults.join(', ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = faults.length > 0 ? 1 : 0;
