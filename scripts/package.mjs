// Makes the VSIX for the platform it runs on: artifacts/neural-cleanse-<target>.vsix.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const { platform, arch } = process;
const target = `${platform}-${arch}`;
const binaries = [
  `!node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/**`,
  `!node_modules/@img/sharp-${target}/**`,
  `!node_modules/@img/sharp-libvips-${target}/**`,
];

mkdirSync('.cache', { recursive: true });
mkdirSync('artifacts', { recursive: true });
const ignoreFile = '.cache/vscodeignore';
writeFileSync(ignoreFile, `${readFileSync('.vscodeignore', 'utf8')}${binaries.join('\n')}\n`);

execFileSync(process.execPath, ['esbuild.mjs', '--production'], { stdio: 'inherit' });
execFileSync(
  process.execPath,
  [
    'node_modules/@vscode/vsce/vsce',
    'package',
    ...['--target', target],
    ...['--ignoreFile', ignoreFile],
    ...['--out', `artifacts/neural-cleanse-${target}.vsix`],
  ],
  { stdio: 'inherit' },
);
