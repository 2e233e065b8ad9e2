import { defineConfig } from 'vitest/config';
import { INSTALLATION, PATIENCE } from '../support/patience';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: 'test/support/vscode/prepare.ts',
    // The steps of a story build on each other.
    bail: 1,
    // A step waits a few times.
    testTimeout: 2 * PATIENCE,
    hookTimeout: INSTALLATION,
    // Every file has a server, a browser and a workspace of its own, and waits for them most of the time.
    maxWorkers: 2,
    // A page shows what has happened a little later.
    expect: { poll: { timeout: PATIENCE } },
  },
});
