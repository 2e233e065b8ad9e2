// The tests of damaged files with many times as many mutations: `npm run bench:fuzz -- --times 10`, about a minute of one core.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { times: { type: 'string', default: '10' } } });
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/unit/engine/formats/damaged'],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ: values.times },
  },
);
process.exitCode = status ?? 1;
