import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The database of this test run, provided by tests/support/database.global-setup.ts. */
    postgresUrl: string
  }
}
