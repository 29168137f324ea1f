import { setTimeout as sleep } from 'node:timers/promises'
import { Batch, type BatchMessage, messagesOf, type Slice, wholeOf } from '../storage/batch.js'
import { CommitAttempts, type CommitOptions } from './commit-attempts.js'
import type { BatchLimits } from './turn-queue.js'

export interface IsolationOptions extends CommitOptions, BatchLimits {
  /** How often a message alone may take too long. */
  attemptsAlone: number
  clock?: Clock
}

/** Time, in milliseconds. */
export interface Clock {
  now(): number
  /** Resolves after so long, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<unknown>
}

/** Messages to commit together, and those of the same device that come after them. */
interface Task {
  batch: Batch
  /** Of the one device of `batch`, in order. */
  next: readonly Batch[]
  /** How often `batch`, a single message, has failed. */
  failures: number
}

/** A device with messages here, and what came from it meanwhile. */
interface HeldDevice {
  undecided: number
  /** Its messages are passed on before they are stored, because that takes long. */
  isDelayed: boolean
  /** In order, each no larger than a batch may be. */
  waiting: Batch[]
}

/**
 * Finds the messages that cost more than a commit may, beside the queue from which they come, which goes on with the other
 * devices: each organization first by itself, then devices by halves, then messages. One that is too slow alone is set
 * aside. What comes from these devices meanwhile waits here, so that their order is kept. Messages that are known to cost much
 * come here at once. While others send too, an organization with one batch after the other pauses after each for as long as it
 * took, so that it occupies the database half of the time.
 */
export class Isolation {
  readonly #attempts: CommitAttempts
  readonly #tasks: Task[] = []
  readonly #devices = new Map<number, HeldDevice>()
  #slow: Slice[] = []
  readonly #clock: Clock
  /** The organization whose batch was committed last, and until when its next one waits. */
  #last = { organizationId: 0, pausedUntilMs: 0 }
  #running: Promise<void> | null = null
  #current: Promise<void> = Promise.resolve()

  constructor(
    private readonly options: IsolationOptions,
    /** Whether other organizations send too. */
    private readonly isShared: () => boolean,
    private readonly signal: AbortSignal,
  ) {
    this.#clock = options.clock ?? systemClock
    const released: CommitOptions = {
      ...options,
      onDecided: (slice, refusals, durationMs) => {
        options.onDecided(slice, refusals, durationMs)
        this.#release(slice)
      },
      onUndecided: (slice, error) => {
        options.onUndecided(slice, error)
        this.#release(slice)
      },
    }
    this.#attempts = new CommitAttempts(released, signal, (slice) => this.#slow.push(slice))
  }

  get isEmpty(): boolean {
    return this.#devices.size === 0
  }

  get failure(): unknown {
    return this.#attempts.failure
  }

  /** Whether messages of a device have to wait here. */
  holds(deviceKey: number): boolean {
    return this.#devices.has(deviceKey)
  }

  /** Takes over a slice: one that was too slow, whose messages are passed on before they are stored, or old messages. */
  take(slice: Slice, { isDelayed }: { isDelayed: boolean }): void {
    const organizations = new Map<number, Batch>()
    for (const message of messagesOf(slice)) {
      const batch = organizations.get(message.organizationId) ?? new Batch()
      organizations.set(message.organizationId, batch)
      batch.addFrom(slice.batch, message)
      const device = this.#devices.get(message.deviceKey) ?? { undecided: 0, isDelayed, waiting: [] }
      this.#devices.set(message.deviceKey, device)
      device.undecided += 1
    }
    if (isDelayed) this.#delay(messagesOf(slice))
    for (const batch of organizations.values()) this.#add({ batch, next: [], failures: 0 })
  }

  /** Adds a message of a device that is held. */
  add(message: BatchMessage, from: Batch): void {
    const device = this.#devices.get(message.deviceKey)
    if (device === undefined) throw new RangeError(`device ${message.deviceKey} is not held`)
    const last = device.waiting.at(-1)
    const { batchRows, batchBytes } = this.options
    const fits =
      last !== undefined &&
      last.rows + message.to - message.from <= batchRows &&
      last.payloadBytes < batchBytes
    const batch = fits ? last : new Batch()
    if (!fits) device.waiting.push(batch)
    batch.addFrom(from, message)
    if (device.isDelayed) message.listener.delayed()
  }

  *waiting(): Generator<BatchMessage> {
    for (const { batch, next } of this.#tasks) for (const one of [batch, ...next]) yield* one.messages
    for (const { waiting } of this.#devices.values()) for (const batch of waiting) yield* batch.messages
  }

  /** Resolves when what is being committed here now, if anything, is decided or put off. */
  async currentBatch(): Promise<void> {
    await this.#current
  }

  /** Resolves when all is decided, or undecided after the signal was aborted. */
  async drained(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  #add(task: Task): void {
    this.#tasks.push(task)
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    // The queue that hands over a slice goes on first.
    await Promise.resolve()
    while (this.#tasks.length > 0) {
      const pauseMs = this.#pauseMs()
      if (pauseMs > 0) await this.#clock.sleep(pauseMs, this.signal)
      const [task] = this.#tasks.splice(this.#nextIndex(), 1)
      if (task !== undefined) await this.#runTask(task)
    }
    this.#running = null
  }

  async #runTask(task: Task): Promise<void> {
    const beganMs = this.#clock.now()
    this.#current = this.#work(task)
    await this.#current
    const endedMs = this.#clock.now()
    // The search for a message that is too slow goes on at once.
    const pauseMs = this.#slow.length > 0 ? 0 : Math.min(endedMs - beganMs, longestPauseMs)
    this.#last = { organizationId: organizationOf(task), pausedUntilMs: endedMs + pauseMs }
  }

  /** The first task of another organization than the last, if there is one. */
  #nextIndex(): number {
    const { organizationId } = this.#last
    return Math.max(
      0,
      this.#tasks.findIndex((task) => organizationOf(task) !== organizationId),
    )
  }

  #pauseMs(): number {
    const next = this.#tasks[this.#nextIndex()]
    const { organizationId, pausedUntilMs } = this.#last
    const isNext = next !== undefined && organizationOf(next) === organizationId
    return isNext && this.isShared() ? pausedUntilMs - this.#clock.now() : 0
  }

  async #work({ batch, next, failures }: Task): Promise<void> {
    this.#slow = []
    await this.#attempts.decide(wholeOf(batch))
    const slow = this.#slow
    const [following, ...rest] = next
    if (slow.length === 0) {
      if (following !== undefined) this.#add({ batch: following, next: rest, failures: 0 })
      return
    }
    const left = copyOf(slow)
    for (const { messages } of [left, ...next]) this.#delay(messages)
    if (left.messages.length > 1) return this.#split(left, next)
    if (failures + 1 < this.options.attemptsAlone)
      return this.#add({ batch: left, next, failures: failures + 1 })
    await this.#attempts.setAside(wholeOf(left), tooSlow)
    if (following !== undefined) this.#add({ batch: following, next: rest, failures: 0 })
  }

  /** Passes on what is not stored soon, with what waits behind it. */
  #delay(messages: Iterable<BatchMessage>): void {
    for (const { deviceKey, listener } of messages) {
      listener.delayed()
      const device = this.#devices.get(deviceKey)
      if (device === undefined || device.isDelayed) continue
      device.isDelayed = true
      for (const batch of device.waiting) for (const waiting of batch.messages) waiting.listener.delayed()
    }
  }

  #split(batch: Batch, next: readonly Batch[]): void {
    const devices = [...new Set(batch.messages.map(({ deviceKey }) => deviceKey))]
    if (devices.length > 1) {
      const first = new Set(devices.slice(0, devices.length >> 1))
      const [some, others] = divide(batch, ({ deviceKey }) => first.has(deviceKey))
      this.#add({ batch: some, next: [], failures: 0 })
      this.#add({ batch: others, next: [], failures: 0 })
      return
    }
    let index = 0
    const [earlier, later] = divide(batch, () => index++ < batch.messages.length >> 1)
    this.#add({ batch: earlier, next: [later, ...next], failures: 0 })
  }

  #release(slice: Slice): void {
    for (const { deviceKey } of messagesOf(slice)) {
      const device = this.#devices.get(deviceKey)
      if (device === undefined) continue
      device.undecided -= 1
      if (device.undecided > 0) continue
      const [batch, ...next] = device.waiting
      if (batch === undefined) this.#devices.delete(deviceKey)
      else {
        device.undecided = device.waiting.reduce((sum, { messages }) => sum + messages.length, 0)
        device.waiting = []
        this.#add({ batch, next, failures: 0 })
      }
    }
  }
}

/** A commit that took longer most likely waited for a database that was away. */
const longestPauseMs = 1_000

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
}

/** A task has messages of one organization. */
function organizationOf({ batch }: Task): number {
  return batch.messages[0]?.organizationId ?? 0
}

function copyOf(slices: readonly Slice[]): Batch {
  const batch = new Batch()
  for (const slice of slices) for (const message of messagesOf(slice)) batch.addFrom(slice.batch, message)
  return batch
}

function divide(batch: Batch, isFirst: (message: BatchMessage) => boolean): [Batch, Batch] {
  const [first, second] = [new Batch(), new Batch()]
  for (const message of batch.messages) (isFirst(message) ? first : second).addFrom(batch, message)
  return [first, second]
}

const tooSlow = 'Storing it took longer than a commit may, alone and twice'
