import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    // The steps of a story build on each other, and a first installation takes its time.
    bail: 1,
    testTimeout: 120_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    // A page shows what has happened a little later.
    expect: { poll: { timeout: 20_000 } },
  },
});
