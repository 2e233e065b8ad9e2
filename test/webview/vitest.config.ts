import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/webview/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    // One browser at a time is enough for small machines.
    fileParallelism: false,
  },
});
