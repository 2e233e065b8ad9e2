// Repeats the tests in a real VS Code while every processor computes something else: `npm run test:stress -- --times 5`.
// What fails here and not alone depends on time. Not part of `npm test`.
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string', default: '5' } } });
const SCRIPTS = ['test:integration', 'test:e2e'];

// At the engine's priority: above it, the engine would stand still instead of being slow.
const BUSY = 'os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL); for (;;);';
const busy = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', BUSY]));
let [passed, failed] = [0, 0];
try {
  for (let time = 1; time <= Number(values.times); time++) {
    for (const script of SCRIPTS) {
      const start = Date.now();
      const { status } = spawnSync('npm', ['run', '--silent', script], {
        stdio: 'inherit',
        shell: process.platform === 'win32',
      });
      if (status === 0) passed++;
      else failed++;
      const seconds = Math.round((Date.now() - start) / 1000);
      console.log(`run ${time}, ${script}: ${status === 0 ? 'passed' : 'FAILED'} after ${seconds} s\n`);
    }
  }
} finally {
  for (const child of busy) child.kill('SIGKILL');
}
console.log(`${passed} runs passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
