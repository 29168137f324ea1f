import type { Columns } from '../samples/columns.js'
import { Batch, type BatchMessage, type NewMessage } from '../storage/batch.js'

export interface BatchLimits {
  /** Rows, and bytes of payload, at which a batch is closed without waiting for more. */
  batchRows: number
  batchBytes: number
  /**
   * How many rows an organization may add to a batch before it is the next one's turn; at least one message. A message with more
   * is committed beside the batch while others send too.
   */
  rowsPerTurn: number
  /** How many rows an organization adds to a batch while others send too: a large batch takes long, and they wait for it. */
  rowsBesideOthers: number
}

/** What becomes of the next message: the batch has it, it was taken out, or it waits for the next batch with what follows. */
export type Place = 'batch' | 'taken' | 'later'

/** Decides it. */
export type Divert = (message: BatchMessage, from: Batch) => Place

/** Messages that wait for their commit: in order for each organization, and organizations take turns in each batch. */
export class TurnQueue {
  /** In the order of their turns. */
  readonly #organizations = new Map<number, OrganizationQueue>()
  #rows = 0
  #bytes = 0
  #old = 0
  #large = 0
  #lastOrganization = 0
  /** When a message came last from another organization than the one before it. */
  #mixedAtMs = Number.NEGATIVE_INFINITY

  constructor(private readonly limits: BatchLimits) {}

  /** Whether a message waits that is committed beside the batch. */
  get hasBeside(): boolean {
    return this.#old > 0 || (this.#large > 0 && this.isShared)
  }

  /** Whether messages of several organizations came lately: they wait for each other's. */
  get isShared(): boolean {
    return performance.now() - this.#mixedAtMs <= mixedForMs
  }

  /** Whether what waits fills a batch. */
  get isFull(): boolean {
    return this.#rows >= this.limits.batchRows || this.#bytes >= this.limits.batchBytes
  }

  get isEmpty(): boolean {
    return this.#organizations.size === 0
  }

  /** When the oldest message was received, in milliseconds since 1970. */
  get oldestMs(): number | null {
    let oldestMs: number | null = null
    for (const queue of this.#organizations.values()) {
      const { receivedAtMs } = queue.head.message
      if (oldestMs === null || receivedAtMs < oldestMs) oldestMs = receivedAtMs
    }
    return oldestMs
  }

  push(message: NewMessage, columns: Columns): void {
    const { organizationId } = message
    if (organizationId !== this.#lastOrganization) {
      if (this.#lastOrganization !== 0) this.#mixedAtMs = performance.now()
      this.#lastOrganization = organizationId
    }
    const known = this.#organizations.get(organizationId)
    const queue = known ?? new OrganizationQueue(this.limits)
    if (known === undefined) this.#organizations.set(organizationId, queue)
    queue.push(message, columns)
    this.#rows += columns.length
    this.#bytes += message.payload.length
    if (message.isOld) this.#old += 1
    if (this.isLarge(columns.length)) this.#large += 1
  }

  /** Whether a message of so many rows is one for which others should not wait. */
  isLarge(rows: number): boolean {
    return rows > this.limits.rowsPerTurn
  }

  /** The next batch; null: nothing waits. `divert`, where it is given, decides of each message whether the batch has it. */
  take(divert: Divert | null): Batch | null {
    if (this.isEmpty) return null
    const { isShared } = this
    const whole = !isShared && divert === null ? this.#takeWhole() : null
    if (whole !== null) return whole
    const batch = new Batch()
    const rowsOfEach = isShared ? this.limits.rowsBesideOthers : Number.POSITIVE_INFINITY
    const turns = new Turns(rowsOfEach)
    while (this.#organizations.size > turns.over.size && this.#turns(batch, divert, turns));
    return batch
  }

  /** A chunk of the only organization that waits, as it is. */
  #takeWhole(): Batch | null {
    const [only] = this.#organizations.values()
    const whole = this.#organizations.size === 1 ? (only?.takeChunk() ?? null) : null
    if (whole === null) return null
    for (const message of whole.messages) this.#taken(message)
    this.#forgetEmpty()
    return whole
  }

  *waiting(): Generator<BatchMessage> {
    for (const queue of this.#organizations.values()) yield* queue.waiting()
  }

  /** Gives each organization a turn that may have another; returns whether the batch takes more. */
  #turns(batch: Batch, divert: Divert | null, turns: Turns): boolean {
    for (const [organizationId, queue] of [...this.#organizations]) {
      if (turns.over.has(organizationId)) continue
      const rowsBefore = batch.rows
      const untilRows = rowsBefore + this.limits.rowsPerTurn
      do {
        const { message, chunk } = queue.head
        if (!this.#fits(batch, message)) return false
        const place = divert?.(message, chunk) ?? 'batch'
        if (place === 'later') {
          turns.over.add(organizationId)
          break
        }
        if (place === 'batch') batch.addFrom(chunk, message)
        queue.advance()
        this.#taken(message)
      } while (!queue.isEmpty && batch.rows < untilRows)
      // The next batch begins with those who come after it.
      this.#organizations.delete(organizationId)
      if (queue.isEmpty) continue
      this.#organizations.set(organizationId, queue)
      turns.took(organizationId, batch.rows - rowsBefore)
    }
    return true
  }

  #fits(batch: Batch, { from, to }: BatchMessage): boolean {
    const { batchRows, batchBytes } = this.limits
    return batch.rows === 0 || (batch.rows + to - from <= batchRows && batch.payloadBytes < batchBytes)
  }

  #taken({ from, to, payload, isOld }: BatchMessage): void {
    this.#rows -= to - from
    this.#bytes -= payload.length
    if (isOld) this.#old -= 1
    if (this.isLarge(to - from)) this.#large -= 1
  }

  #forgetEmpty(): void {
    for (const [id, queue] of this.#organizations) if (queue.isEmpty) this.#organizations.delete(id)
  }
}

/** Who has had how much of one batch. */
class Turns {
  /** Organizations that add no more to this batch. */
  readonly over = new Set<number>()
  readonly #rows = new Map<number, number>()

  constructor(private readonly rowsOfEach: number) {}

  took(organizationId: number, rows: number): void {
    const all = (this.#rows.get(organizationId) ?? 0) + rows
    this.#rows.set(organizationId, all)
    if (all >= this.rowsOfEach) this.over.add(organizationId)
  }
}

/** For so long after messages of two organizations what waits is shared. */
const mixedForMs = 1_000

/** The messages of one organization, in chunks that each make a batch if nobody else has messages. */
class OrganizationQueue {
  readonly #chunks: Batch[] = []
  /** The message of the first chunk that is the next. */
  #next = 0

  constructor(private readonly limits: BatchLimits) {}

  get isEmpty(): boolean {
    return this.#chunks.length === 0
  }

  /** The next message, and the chunk with its rows. There has to be one. */
  get head(): { message: BatchMessage; chunk: Batch } {
    const chunk = this.#chunks[0]
    const message = chunk?.messages[this.#next]
    if (chunk === undefined || message === undefined) throw new RangeError('no message waits')
    return { message, chunk }
  }

  push(message: NewMessage, columns: Columns): void {
    const last = this.#chunks.at(-1)
    const { batchRows, batchBytes } = this.limits
    const fits =
      last !== undefined && last.rows + columns.length <= batchRows && last.payloadBytes < batchBytes
    const chunk = fits ? last : new Batch()
    if (!fits) this.#chunks.push(chunk)
    chunk.add(message, columns)
  }

  advance(): void {
    this.#next += 1
    if (this.#next < (this.#chunks[0]?.messages.length ?? 0)) return
    this.#chunks.shift()
    this.#next = 0
  }

  /** The first chunk, unless some of its messages were taken. */
  takeChunk(): Batch | null {
    return this.#next === 0 ? (this.#chunks.shift() ?? null) : null
  }

  *waiting(): Generator<BatchMessage> {
    for (const [index, chunk] of this.#chunks.entries())
      yield* chunk.messages.slice(index === 0 ? this.#next : 0)
  }
}
