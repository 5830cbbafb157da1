import { defineConfig } from 'vitest/config';

/** Tests that start servers: nats-server, redis-server, SMTP, HTTP, Chromium. */
const REAL = [
  'tests/adapters/**/*.test.ts',
  'tests/app/*/**/*.test.ts',
  'tests/contract/**/*.test.ts',
  'tests/integration/**/*.test.ts',
];

/** The default of a second is less than what a busy machine may take for anything. */
const PATIENCE = { timeout: 30_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: ['tests/**/*.test.ts'],
          exclude: REAL,
          benchmark: { include: ['bench/**/*.bench.ts'] },
          testTimeout: 60_000,
          expect: { poll: PATIENCE },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: REAL,
          benchmark: { include: [] },
          globalSetup: 'tests/support/built.mjs',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: PATIENCE },
          // One file at a time: the servers and the roles of one test are enough for two cores.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
