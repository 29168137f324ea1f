import os from 'node:os'
import { defineConfig } from 'vitest/config'
import { inProject } from './scripts/foundation/paths.mjs'

const databaseSetup = 'tests/support/database.global-setup.ts'

/** Timeouts for a busy machine: only a test that hangs reaches them. */
const testTimeoutMs = 60_000
const timeouts = {
  testTimeout: testTimeoutMs,
  hookTimeout: 2 * testTimeoutMs,
  expect: { poll: { timeout: testTimeoutMs / 2 } },
}

/**
 * Vitest leaves a processor free, so on two it would run one file at a time; but most of a file's time passes in waiting
 * for processes that it has started.
 */
const maxWorkers = Math.max(2, os.availableParallelism())

export default defineConfig({
  test: {
    maxWorkers,
    projects: [
      './packages/broker/conformance/vitest.config.ts',
      {
        test: {
          ...timeouts,
          name: 'unit',
          include: [
            'packages/*/{src,bin,test,fuzz}/**/*.spec.ts',
            'scripts/**/*.spec.ts',
            'bench/**/*.spec.mjs',
          ],
        },
      },
      {
        test: {
          ...timeouts,
          name: 'api',
          include: ['apps/api/src/**/*.spec.ts'],
          globalSetup: [databaseSetup],
        },
      },
      {
        resolve: { alias: { '@': inProject('apps/web/src') } },
        test: { ...timeouts, name: 'web', include: ['apps/web/**/*.spec.{ts,tsx}'] },
      },
      {
        test: {
          ...timeouts,
          name: 'integration',
          include: ['tests/{integration,security,start}/**/*.spec.ts'],
          globalSetup: [databaseSetup, 'tests/support/web.global-setup.ts'],
        },
      },
      {
        test: {
          ...timeouts,
          name: 'browser',
          include: ['tests/browser/**/*.spec.ts'],
          globalSetup: [databaseSetup],
          fileParallelism: false,
          testTimeout: 2 * testTimeoutMs,
        },
      },
    ],
  },
})
