// Makes the VSIX for the platform it runs on, artifacts/neural-cleanse-<target>.vsix, and tries what is in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { unzipSync } from 'fflate';

const { platform, arch } = process;
const target = `${platform}-${arch}`;
const vsix = `artifacts/neural-cleanse-${target}.vsix`;
const ignoreFile = '.cache/vscodeignore';
const binaries = [
  `!node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/**`,
  `!node_modules/@img/sharp-${target}/**`,
  `!node_modules/@img/sharp-libvips-${target}/**`,
];

function node(...args) {
  execFileSync(process.execPath, args, { stdio: 'inherit' });
}

mkdirSync('.cache', { recursive: true });
mkdirSync('artifacts', { recursive: true });
writeFileSync(ignoreFile, `${readFileSync('.vscodeignore', 'utf8')}${binaries.join('\n')}\n`);
node('esbuild.mjs', '--production');
const vsce = 'node_modules/@vscode/vsce/vsce';
node(vsce, 'package', '--target', target, '--ignoreFile', ignoreFile, '--out', vsix);

// Outside of the project, so that nothing is found in its node_modules that the VSIX lacks.
const unpacked = mkdtempSync(path.join(os.tmpdir(), 'neural-cleanse-vsix-'));
for (const [name, bytes] of Object.entries(unzipSync(readFileSync(vsix)))) {
  if (name.endsWith('/')) continue;
  const file = path.join(unpacked, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
node(path.join(unpacked, 'extension', 'dist', 'cli.mjs'), 'doctor');
rmSync(unpacked, { recursive: true, force: true });
