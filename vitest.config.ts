import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE } from './test/support/patience';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    testTimeout: PATIENCE,
    hookTimeout: PATIENCE,
    expect: { poll: { timeout: PATIENCE } },
    // Vitest leaves one processor to its own process, which has little to do; on two that would halve the speed.
    maxWorkers: availableParallelism(),
    alias: { vscode: fileURLToPath(new URL('test/support/fakeVscode/index.ts', import.meta.url)) },
    server: { deps: { inline: [/@tensorflow/] } },
  },
});
