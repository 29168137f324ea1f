const tickMs = 10_000

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`)
}

/**
 * Does one step of a start and says so: a line when it begins, when it ends, and every ten seconds in between.
 * @template T
 * @param {string} name such as "dependencies"
 * @param {string} doing such as "installing"
 * @param {(update: (detail: string) => void) => Promise<T>} work
 * @param {(result: T) => string} [summary]
 * @returns {Promise<T>}
 */
export async function step(name, doing, work, summary = () => 'done') {
  const startedAt = Date.now()
  const line = (/** @type {string} */ text) => say(`  ${name.padEnd(13)} ${text}`)
  let detail = doing
  line(`${doing} …`)
  const timer = setInterval(() => line(`${detail} … ${seconds(startedAt)}`), tickMs)
  try {
    const result = await work((now) => {
      detail = now
    })
    line(`${summary(result)} (${seconds(startedAt)})`)
    return result
  } finally {
    clearInterval(timer)
  }
}

/** @param {number} since */
function seconds(since) {
  const elapsed = (Date.now() - since) / 1000
  return elapsed < 10 ? `${elapsed.toFixed(1)} s` : `${Math.round(elapsed)} s`
}
