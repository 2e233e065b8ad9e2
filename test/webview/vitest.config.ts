import { defineConfig } from 'vitest/config';
import { INSTALLATION, PATIENCE } from '../support/patience';

export default defineConfig({
  test: {
    include: ['test/webview/**/*.test.ts'],
    testTimeout: PATIENCE,
    hookTimeout: INSTALLATION,
    expect: { poll: { timeout: PATIENCE } },
    // Every file has a browser of its own.
    maxWorkers: 2,
  },
});
