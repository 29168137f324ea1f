const parentCheckMs = 1_000

/**
 * Resolves when this process is asked to end: by a signal, or by the death of the npm that started it, which sends
 * none. Later signals change nothing: npm passes on the Ctrl-C that the terminal has sent to both.
 * @returns {Promise<string>} why
 */
export function stopRequested() {
  return new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => resolve(signal))
    }
    if (!process.env.npm_lifecycle_event) return
    const parent = process.ppid
    setInterval(() => {
      if (process.ppid !== parent) resolve('npm ended')
    }, parentCheckMs).unref()
  })
}
