/**
 * Makes an expensive reading that runs once for all who ask while it runs: later callers get the result of the run that is
 * under way, and the first caller after its end begins the next.
 */
export function sharedRun<Result>(run: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | null = null
  return () => {
    running ??= run().finally(() => {
      running = null
    })
    return running
  }
}
