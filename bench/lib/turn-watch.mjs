/**
 * How long turns of the event loop take. While it watches the loop never rests, so each turn is what one had to wait for.
 * Processor time tells what this process did itself; on a busy machine the clock shows what others did, too.
 */
export class TurnWatch {
  #running = false
  #longestMs = 0
  #longestCpuMs = 0
  #turns = 0

  /** What was seen since the last call, in milliseconds; watches from then on until the next one, in turns. */
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
