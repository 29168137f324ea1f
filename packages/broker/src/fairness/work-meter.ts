/** Measures the processor time of packets, of one client after the other. It reads the clock once for several packets. */
export class WorkMeter {
  /** Processor time of all packets so far. */
  totalMs = 0
  readonly #now: () => number
  #beganMs = 0
  #readMs = 0
  #packets = 0
  #units = 0
  #measuring = false

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The monotonic clock as of the last reading. */
  get readMs(): number {
    return this.#readMs
  }

  /** How long the packets took since `begin`, as of the last reading. */
  get elapsedMs(): number {
    return this.#readMs - this.#beganMs
  }

  /** Whether the packets of a client are being handled. */
  get measuring(): boolean {
    return this.#measuring
  }

  /** Units that were charged since the last reading: what they stand for need not be charged again as time. */
  get units(): number {
    return this.#units
  }

  /** The packets of a client are handled from now on. */
  begin(): void {
    this.#measuring = true
    this.#beganMs = this.#now()
    this.#readMs = this.#beganMs
    this.#packets = 0
    this.#units = 0
  }

  /** They are handled. */
  end(): void {
    this.#measuring = false
  }

  /** Counts a packet that was charged; true when it is time for a reading. */
  count(units: number): boolean {
    this.#units += units
    return ++this.#packets >= packetsPerReading
  }

  /** The time since the last reading. */
  read(): number {
    const nowMs = this.#now()
    const ms = nowMs - this.#readMs
    this.#readMs = nowMs
    this.#packets = 0
    this.#units = 0
    this.totalMs += ms
    return ms
  }
}

const packetsPerReading = 8
