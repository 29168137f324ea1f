const minIntervalMs = 10_000

/** Writes lines that a client can cause: for each kind the first at once, and then at most one line in ten seconds. */
export class GroupedLog {
  private readonly kinds = new Map<string, { loggedAtMs: number; unlogged: number }>()

  constructor(private readonly write: (line: string) => void) {}

  /** `kind` is one of a few words, never a text from a client. */
  note(kind: string, line: () => string, nowMs = performance.now()): void {
    const known = this.kinds.get(kind)
    if (known !== undefined && nowMs - known.loggedAtMs < minIntervalMs) {
      known.unlogged += 1
      return
    }
    this.kinds.set(kind, { loggedAtMs: nowMs, unlogged: 0 })
    const others = known?.unlogged ?? 0
    this.write(line() + (others > 0 ? `; ${others} others since the last such line` : ''))
  }
}
