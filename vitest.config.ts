import { defineConfig } from 'vitest/config';

// Tests import the compiled program (`#core/box.js` is `dist/core/box.js`): what is tested is what ships,
// and worker threads start from the same files.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Generous: tests hold no clock to the code, and a busy machine must not fail them.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    server: { deps: { external: [/\/dist\//, /\/node_modules\//] } },
  },
});
