/** What was due in one phase, and when it was done; open loop, so that a stall counts for all that was due in it. */
export class Latencies {
  #entries = []
  #failures = 0

  /** Something that is due now; call the returned function when it is done. */
  begin(dueMs) {
    const entry = { dueMs, doneMs: undefined }
    this.#entries.push(entry)
    return () => {
      entry.doneMs ??= performance.now()
    }
  }

  /** Counts an answer that refused what was asked. It stays undone. */
  fail() {
    this.#failures += 1
  }

  /** What is not done yet counts with the time that it has waited. */
  report() {
    const now = performance.now()
    const ms = this.#entries.map(({ dueMs, doneMs }) => (doneMs ?? now) - dueMs).sort((a, b) => a - b)
    return {
      count: ms.length,
      p50: quantile(ms, 0.5),
      p99: quantile(ms, 0.99),
      max: ms.at(-1),
      failures: this.#failures,
      undone: this.#entries.filter(({ doneMs }) => doneMs === undefined).length,
    }
  }
}

/** The smallest of the sorted values that is not exceeded by that share of them. */
export function quantile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}
