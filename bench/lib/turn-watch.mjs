/**
 * Measures how long turns of the event loop take. While it watches, the loop never idles, so a turn's time is the time
 * that an event waited. Processor time counts this process alone, clock time also the others on a busy machine.
 */
export class TurnWatch {
  #running = false
  #longestMs = 0
  #longestCpuMs = 0
  #turns = 0

  /** Turns since the last call, times in milliseconds; every other call starts or stops watching. */
  take() {
    const seen = { turns: this.#turns, longestMs: this.#longestMs, longestCpuMs: this.#longestCpuMs }
    this.#running = !this.#running
    this.#turns = 0
    this.#longestMs = 0
    this.#longestCpuMs = 0
    if (this.#running) setImmediate(() => this.#look(performance.now(), cpuMs()))
    return seen
  }

  #look(sinceMs, sinceCpuMs) {
    if (!this.#running) return
    const nowMs = performance.now()
    const nowCpuMs = cpuMs()
    this.#turns++
    this.#longestMs = Math.max(this.#longestMs, nowMs - sinceMs)
    this.#longestCpuMs = Math.max(this.#longestCpuMs, nowCpuMs - sinceCpuMs)
    setImmediate(() => this.#look(nowMs, nowCpuMs))
  }
}

function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
