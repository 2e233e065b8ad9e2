// Bundles everything that ships. `--watch` rebuilds on changes, `--production` leaves source maps out.
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

// Packages with native binaries or WebAssembly files of their own; they are loaded from node_modules.
const native = ['onnxruntime-node', 'onnxruntime-web', 'sharp', 'h5wasm', '@tensorflow/*'];

/** @type {import('esbuild').BuildOptions} */
const node = {
  bundle: true,
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
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', ...native],
  },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    format: 'esm',
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
];

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
