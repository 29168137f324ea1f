import { fileURLToPath } from 'node:url'
import { defineProject } from 'vitest/config'

export default defineProject({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    name: 'conformance',
    include: ['**/*.spec.ts'],
    globalSetup: ['support/broker.global-setup.ts'],
    testTimeout: 60_000,
    isolate: false,
  },
})
