import { defineConfig } from 'vitest/config';

// Tests import the compiled program (`#core/box.js` is `dist/core/box.js`): what is tested is what ships,
// and worker threads start from the same files.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    server: { deps: { external: [/\/dist\//, /\/node_modules\//] } },
  },
});
