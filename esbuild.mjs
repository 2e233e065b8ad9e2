// Bundles everything that ships into dist, or into `--outdir DIR`. `--watch` rebuilds on changes, `--production`
// leaves source maps out.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const {
  values: { watch, production, outdir },
} = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
    outdir: { type: 'string', default: 'dist' },
  },
});

// Packages with native binaries or WebAssembly files of their own; they are loaded from node_modules.
const native = ['onnxruntime-node', 'onnxruntime-web', 'sharp', '@tensorflow/*'];

/** @type {import('esbuild').BuildOptions} */
const node = {
  bundle: true,
  outdir,
  platform: 'node',
  target: 'node20',
  sourcemap: !production,
  minify: production,
  logLevel: 'info',
};

/** @type {import('esbuild').BuildOptions[]} */
const targets = [
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', ...native],
  },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts', engine: 'src/runner/process/engineProcess.ts' },
    format: 'esm',
    // What is imported on demand, such as the HDF5 library, stays out of the way until then.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    external: native,
    // CommonJS packages in the bundle ask for Node's modules by require().
    banner: {
      js: [
        '#!/usr/bin/env node',
        "import { createRequire as createNodeRequire } from 'node:module';",
        'const require = createNodeRequire(import.meta.url);',
      ].join('\n'),
    },
  },
  {
    ...node,
    entryPoints: { webview: 'src/webview/main.ts' },
    platform: 'browser',
    // Chromium of the oldest VS Code.
    target: 'chrome132',
    format: 'iife',
  },
];

rmSync(`${outdir}/chunks`, { recursive: true, force: true });
try {
  if (watch) {
    const contexts = await Promise.all(targets.map((target) => esbuild.context(target)));
    await Promise.all(contexts.map((context) => context.watch()));
  } else {
    await Promise.all(targets.map((target) => esbuild.build(target)));
  }
} catch {
  // esbuild has printed its errors.
  process.exitCode = 1;
}
