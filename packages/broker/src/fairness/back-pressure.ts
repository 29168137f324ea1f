import type { Tolerance } from './tolerance.js'

/** A publisher, as back-pressure sees it. */
export interface Source {
  readonly tolerance: Tolerance
  /** Delivers nothing more until each that held it has let it go. */
  hold(by: Crowd): void
  /** May deliver again, unless held by others; it may be held again before this returns. */
  letGo(by: Crowd): void
}

/** A subscriber, as back-pressure sees it. */
export interface Behind {
  /** More waits for it than should. */
  readonly crowded: boolean
  /** So little waits that publishers may go on. */
  readonly relaxed: boolean
  /** So much waits that even publishers that added little should stop. */
  readonly packed: boolean
  /** From how much on it is crowded. */
  readonly holdMessages: number
  readonly holdBytes: number
  /** Messages it has acknowledged, and bytes it has taken, so far. */
  readonly takenMessages: number
  readonly takenBytes: number
}

export interface BackPressureLimits {
  holdPatienceMs: number
  holdMinMessagesPerSecond: number
}

/**
 * Publishers wait for a subscriber that is behind, so that what was acknowledged need not be dropped; but only while
 * it really takes messages. One that takes too little for `holdPatienceMs` is waited for no more until it caught up.
 */
export class BackPressure {
  /** Whose message is being delivered at the moment. */
  source: Source | null = null
  /** Grows with time, but not while this process was busy: that is not held against anybody. */
  nowMs = 0
  readonly limits: BackPressureLimits
  readonly #holding = new Set<Crowd>()

  constructor(limits: BackPressureLimits) {
    this.limits = limits
  }

  sweep(elapsedMs: number): void {
    this.nowMs += elapsedMs
    for (const crowd of this.#holding) crowd.sweep()
  }

  holding(crowd: Crowd, yes: boolean): void {
    if (yes) this.#holding.add(crowd)
    else this.#holding.delete(crowd)
  }
}

/** The publishers that wait for one subscriber. */
export class Crowd {
  readonly #pressure: BackPressure
  readonly #subscriber: Behind
  readonly #held = new Set<Source>()
  /** What each publisher added since the subscriber was last relaxed. */
  readonly #added = new Map<Source, Added>()
  // Messages come in rows of one publisher: within one nothing is looked up.
  #lastSource: Source | null = null
  #lastAdded: Added = { messages: 0, bytes: 0 }
  #sinceMs = 0
  #takenMessages = 0
  #takenBytes = 0
  #givenUp = false

  /** To be made when something begins to wait for the subscriber: its pace is measured from here on. */
  constructor(pressure: BackPressure, subscriber: Behind) {
    this.#pressure = pressure
    this.#subscriber = subscriber
    this.#restart()
  }

  /** A message was added to what waits: holds its publisher when that is too much. */
  grew(bytes: number): void {
    const { source, nowMs } = this.#pressure
    if (!source || this.#givenUp) return
    const modest = this.#count(source, bytes)
    if (!this.#subscriber.crowded || (modest && !this.#subscriber.packed)) return
    if (!source.tolerance.allows(this.#proven, nowMs)) return
    if (this.#held.size === 0 && !this.#begin()) return
    this.#held.add(source)
    this.#pressure.holding(this, true)
    source.hold(this)
  }

  /** Something was taken: lets publishers go, one after the other, until there is too much again. */
  shrank(): void {
    if (!this.#subscriber.relaxed) return
    this.#givenUp = false
    this.#added.clear()
    this.#lastSource = null
    for (const source of [...this.#held]) {
      if (this.#subscriber.crowded) return
      this.#letGo(source)
    }
  }

  /** Judges the pace, once enough time has passed to do so. */
  sweep(): void {
    const { limits } = this.#pressure
    const { elapsedMs, messages, bytes } = this.#pace()
    if (elapsedMs < limits.holdPatienceMs) return
    const wanted = (limits.holdMinMessagesPerSecond * elapsedMs) / 1_000
    this.#restart()
    if (messages < wanted && bytes < wanted * bytesPerMessage) this.giveUp()
  }

  /** Lets everybody go, and holds nobody until the subscriber has caught up. */
  giveUp(): void {
    this.#givenUp = true
    for (const source of [...this.#held]) {
      source.tolerance.heldInVain(this.#proven, this.#pressure.nowMs)
      this.#letGo(source)
    }
  }

  /** A publisher that leaves need not be let go. */
  forget(source: Source): void {
    this.#held.delete(source)
    if (this.#held.size === 0) this.#pressure.holding(this, false)
  }

  get #proven(): boolean {
    return this.#subscriber.takenMessages >= provenMessages
  }

  /** Notes what a publisher added. True when that is less than its share: then it is not its fault. */
  #count(source: Source, bytes: number): boolean {
    const added = source === this.#lastSource ? this.#lastAdded : this.#addedBy(source)
    added.messages++
    added.bytes += bytes
    const { holdMessages, holdBytes } = this.#subscriber
    const sources = this.#added.size
    return added.messages * sources < holdMessages && added.bytes * sources < holdBytes
  }

  #addedBy(source: Source): Added {
    let added = this.#added.get(source)
    if (!added) {
      added = { messages: 0, bytes: 0 }
      this.#added.set(source, added)
    }
    this.#lastSource = source
    this.#lastAdded = added
    return added
  }

  /** False for a subscriber that has taken nothing for so long that nobody need wait for it at all. */
  #begin(): boolean {
    const { elapsedMs, messages, bytes } = this.#pace()
    this.#givenUp = messages === 0 && bytes === 0 && elapsedMs >= this.#pressure.limits.holdPatienceMs
    this.#restart()
    return !this.#givenUp
  }

  #pace(): { elapsedMs: number; messages: number; bytes: number } {
    const { takenMessages, takenBytes } = this.#subscriber
    return {
      elapsedMs: this.#pressure.nowMs - this.#sinceMs,
      messages: takenMessages - this.#takenMessages,
      bytes: takenBytes - this.#takenBytes,
    }
  }

  #restart(): void {
    this.#sinceMs = this.#pressure.nowMs
    this.#takenMessages = this.#subscriber.takenMessages
    this.#takenBytes = this.#subscriber.takenBytes
  }

  #letGo(source: Source): void {
    this.forget(source)
    source.letGo(this)
  }
}

interface Added {
  messages: number
  bytes: number
}

/** What a message counts as, at least: large ones take their time. */
const bytesPerMessage = 1_024

/** Who has taken so much is known to take messages. */
const provenMessages = 100
