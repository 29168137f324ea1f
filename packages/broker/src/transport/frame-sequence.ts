/** A sequence of shared frames, as a path in a tree: equal sequences are the same object, and are joined once. */
export class FrameSequence {
  /** The empty sequence, with which every other begins. */
  static readonly empty = new FrameSequence(null, Buffer.alloc(0))

  readonly bytes: number
  readonly #before: FrameSequence | null
  readonly #frame: Buffer
  #next: FrameSequence | null = null
  #joined: Buffer | null = null

  private constructor(before: FrameSequence | null, frame: Buffer) {
    this.#before = before
    this.#frame = frame
    this.bytes = (before?.bytes ?? 0) + frame.length
  }

  /** Forgets all sequences; called when they have been written. */
  static forget(): void {
    FrameSequence.empty.#next = null
  }

  with(frame: Buffer): FrameSequence {
    const next = this.#next
    if (next !== null && next.#frame === frame) return next
    this.#next = new FrameSequence(this, frame)
    return this.#next
  }

  join(): Buffer {
    if (this.#joined) return this.#joined
    if (this.#before === FrameSequence.empty) return this.#frame
    const joined = Buffer.allocUnsafeSlow(this.bytes)
    let at = this.bytes
    for (let last: FrameSequence | null = this; last && last !== FrameSequence.empty; last = last.#before) {
      at -= last.#frame.length
      joined.set(last.#frame, at)
    }
    this.#joined = joined
    return joined
  }
}
