import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    testTimeout: 60_000,
    alias: { vscode: fileURLToPath(new URL('test/support/fakeVscode/index.ts', import.meta.url)) },
    server: { deps: { inline: [/@tensorflow/] } },
  },
});
