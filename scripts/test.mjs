// All checks of `npm test`, one after the other, also after a failure. Ends with the measured figures, what failed, and
// "N passed, N failed"; a step that failed without naming a test counts as one failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';

const FIGURES = 'artifacts/figures.json';
const RESULTS = '.cache/test-results';
const STEPS = [
  { script: 'check-types' },
  { script: 'lint' },
  { script: 'build' },
  { script: 'test:unit', vitest: true },
  { script: 'test:webview', vitest: true },
  { script: 'test:integration' },
  { script: 'test:e2e', vitest: true },
];

rmSync(RESULTS, { recursive: true, force: true });
rmSync(FIGURES, { force: true });
let passed = 0;
let failed = 0;
const faults = [];
for (const { script, vitest } of STEPS) {
  const results = `${RESULTS}/${script.replace('test:', '')}.json`;
  const reporters = vitest ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`] : [];
  const start = Date.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, ...reporters], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  console.log(`${script}: ${status === 0 ? 'passed' : 'FAILED'} after ${Math.round((Date.now() - start) / 1000)} s\n`);
  const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  passed += counts.numPassedTests ?? 0;
  failed += status === 0 ? 0 : Math.max(1, counts.numFailedTests ?? 0);
  if (status !== 0) faults.push(script);
}
if (existsSync(FIGURES)) {
  console.log(`Figures of this run, also in ${FIGURES}`);
  for (const { name, value, unit, limit, slowdown = 1 } of JSON.parse(readFileSync(FIGURES, 'utf8'))) {
    const bound = limit === undefined ? '' : ` (limit ${limit})`;
    const busy = slowdown > 1.2 ? `, on a busy machine where all took ${slowdown.toFixed(1)} times as long` : '';
    console.log(`  ${name}: ${Number(value.toPrecision(3))} ${unit}${bound}${busy}`);
  }
}
if (faults.length > 0) console.log(`Failed: ${faults.join(', ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = faults.length > 0 ? 1 : 0;
