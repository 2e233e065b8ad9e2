import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/webview/**/*.test.ts'],
    // Generous, for machines that do other things besides.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // One browser at a time is enough for small machines.
    fileParallelism: false,
  },
});
