import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    testTimeout: 60_000,
    server: { deps: { inline: [/@tensorflow/] } },
    reporters: ['default', ['json', { outputFile: '.cache/test-results/unit.json' }]],
  },
});
