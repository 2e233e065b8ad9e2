// Builds the command line and scans the two sample models: one hides a backdoor, its twin does not.
import { spawnSync } from 'node:child_process';

const EXPECTED = [
  { model: 'media/sample/infected.onnx', exitCode: 1 },
  { model: 'media/sample/clean.onnx', exitCode: 0 },
];

function node(...args) {
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status;
}

let status = node('esbuild.mjs');
for (const { model, exitCode } of status === 0 ? EXPECTED : []) {
  const command = ['dist/cli.mjs', 'scan', model, '--data', 'media/sample/images'];
  console.log(`\n$ node ${command.join(' ')}`);
  const got = node(...command);
  if (got === exitCode) continue;
  console.error(`Expected exit code ${exitCode}, got ${got}.`);
  status = 1;
}
process.exitCode = status ?? 1;
