// All checks of `npm test`, in lanes that run side by side, each step also after a failure of another. Ends with the time of
// each step, the slowest tests, what failed, and "N passed, N failed"; a step that failed without naming a test counts as one.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';

const RESULTS = '.cache/test-results';
const SLOWEST = 10;

/**
 * What computes all the time, and what waits for editors and browsers half of it. A lane's steps follow one another;
 * a step that needs what another one makes stands behind it. The first lane has what the second leaves of the processors:
 * the engine in an editor runs at a low priority, and would wait for the first lane all the time.
 */
const LANES = [
  { priority: os.constants.priority.PRIORITY_LOW, scripts: ['check-types', 'lint', 'test:unit'] },
  { scripts: ['build', 'test:prepare', 'test:integration', 'test:e2e', 'test:webview', 'test:process'] },
];

rmSync(RESULTS, { recursive: true, force: true });
const started = Date.now();
const steps = (await Promise.all(LANES.map(runLane))).flat();
const whole = secondsSince(started);

console.log('\nTime of each step');
for (const { script, seconds, ok } of steps)
  console.log(`  ${String(seconds).padStart(4)} s  ${script}${ok ? '' : '  FAILED'}`);
console.log(`  ${String(whole).padStart(4)} s  all, two lanes side by side`);
const results = steps.map(({ script }) => resultsOf(script));
const tests = results
  .flatMap(({ testResults = [] }) => testResults)
  .flatMap(({ assertionResults }) => assertionResults);
console.log('Slowest tests');
for (const { fullName, duration = 0 } of tests
  .toSorted((a, b) => (b.duration ?? 0) - (a.duration ?? 0))
  .slice(0, SLOWEST)) {
  console.log(`  ${(duration / 1000).toFixed(1).padStart(5)} s  ${fullName}`);
}
const faults = steps.filter(({ ok }) => !ok);
for (const { script, output } of faults) console.log(`\n${script} failed:\n${output}`);
if (faults.length > 0) console.log(`Failed: ${faults.map(({ script }) => script).join(', ')}`);
const passed = sum(results.map(({ numPassedTests = 0 }) => numPassedTests));
const failed = sum(steps.map(({ ok }, i) => (ok ? 0 : Math.max(1, results[i]?.numFailedTests ?? 0))));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = faults.length > 0 ? 1 : 0;

async function runLane({ priority, scripts }) {
  const done = [];
  for (const script of scripts) done.push(await run(script, priority));
  return done;
}

/** Its output is printed when it ends, so that lanes do not mix. */
function run(script, priority) {
  const reporters = script.startsWith('test:') && script !== 'test:integration' && script !== 'test:prepare';
  const options = reporters
    ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile(script)}`]
    : [];
  const start = Date.now();
  console.log(`${script}: started`);
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    if (priority !== undefined) os.setPriority(child.pid, priority);
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('close', (code) => {
      const [ok, seconds] = [code === 0, secondsSince(start)];
      console.log(`${output}${script}: ${ok ? 'passed' : 'FAILED'} after ${seconds} s\n`);
      resolve({ script, seconds, ok, output: ok ? '' : output.slice(-20_000) });
    });
  });
}

function resultsFile(script) {
  return `${RESULTS}/${script.replace('test:', '')}.json`;
}

function resultsOf(script) {
  const file = resultsFile(script);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function secondsSince(start) {
  return Math.round((Date.now() - start) / 1000);
}

function sum(numbers) {
  return numbers.reduce((total, value) => total + value, 0);
}
