const parentCheckMs = 1_000

/**
 * Resolves when somebody wants this process to end: by a signal, or by killing the npm that started it, which leaves
 * no signal behind. Signals that come later are for what is ending already: npm passes on the Ctrl-C that the
 * terminal has sent to both.
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
