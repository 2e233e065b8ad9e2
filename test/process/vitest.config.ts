import { defineConfig } from 'vitest/config';
import { PATIENCE } from '../support/patience';

export default defineConfig({
  test: {
    include: ['test/process/**/*.test.ts'],
    // A test waits a few times for its processes.
    testTimeout: 2 * PATIENCE,
    hookTimeout: PATIENCE,
    expect: { poll: { timeout: PATIENCE } },
    maxWorkers: 2,
  },
});
