import { defineConfig } from 'vitest/config'
import { inProject } from './scripts/foundation/paths.mjs'

const databaseSetup = 'tests/support/database.global-setup.ts'

/** Time for what is slow on a busy machine; nothing waits this long unless something is wrong. */
const patientMs = 60_000
const patient = {
  testTimeout: patientMs,
  hookTimeout: 2 * patientMs,
  expect: { poll: { timeout: patientMs / 2 } },
}

export default defineConfig({
  test: {
    projects: [
      './packages/broker/conformance/vitest.config.ts',
      {
        test: {
          ...patient,
          name: 'unit',
          include: ['packages/*/{src,bin,test,fuzz}/**/*.spec.ts', 'scripts/**/*.spec.ts'],
        },
      },
      {
        test: {
          ...patient,
          name: 'api',
          include: ['apps/api/src/**/*.spec.ts'],
          globalSetup: [databaseSetup],
        },
      },
      {
        resolve: { alias: { '@': inProject('apps/web/src') } },
        test: { ...patient, name: 'web', include: ['apps/web/**/*.spec.{ts,tsx}'] },
      },
      {
        test: {
          ...patient,
          name: 'integration',
          include: ['tests/{integration,broker,start}/**/*.spec.ts'],
          globalSetup: [databaseSetup, 'tests/support/web.global-setup.ts'],
        },
      },
      {
        test: {
          ...patient,
          name: 'browser',
          include: ['tests/browser/**/*.spec.ts'],
          globalSetup: [databaseSetup],
          fileParallelism: false,
          testTimeout: 2 * patientMs,
        },
      },
    ],
  },
})
