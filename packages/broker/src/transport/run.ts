/** A list of shared frames, as a path in a tree: equal lists are the same object and are joined once. */
export class Run {
  /** The empty list, with which every other begins. */
  static readonly empty = new Run(null, Buffer.alloc(0))

  readonly bytes: number
  readonly #before: Run | null
  readonly #frame: Buffer
  #next: Run | null = null
  #joined: Buffer | null = null

  private constructor(before: Run | null, frame: Buffer) {
    this.#before = before
    this.#frame = frame
    this.bytes = (before?.bytes ?? 0) + frame.length
  }

  /** Lets go of the lists begun so far: called when all of them have been written. */
  static forget(): void {
    Run.empty.#next = null
  }

  with(frame: Buffer): Run {
    const next = this.#next
    if (next !== null && next.#frame === frame) return next
    this.#next = new Run(this, frame)
    return this.#next
  }

  join(): Buffer {
    if (this.#joined) return this.#joined
    if (this.#before === Run.empty) return this.#frame
    const joined = Buffer.allocUnsafeSlow(this.bytes)
    let at = this.bytes
    for (let run: Run | null = this; run && run !== Run.empty; run = run.#before) {
      at -= run.#frame.length
      joined.set(run.#frame, at)
    }
    this.#joined = joined
    return joined
  }
}
