import { type DeferredClient, type Scheduler, WorkUnits } from './scheduler.js'
import { decay, type WorkAccount } from './work-account.js'

/** The reading side of a client, as its share controls it. */
export interface SharedReader {
  pauseForTurn(): void
  resumeAfterTurn(): void
}

/**
 * One client's share of each turn of the event loop. Once the client has used it up, or the turn is exhausted, the rest
 * of its packets wait for a later turn. So a flooding client takes no more than its share from the others. Work is charged
 * in units, which are estimates, and as the time that it took, where that is more.
 *
 * One packet may cost much more than a share: a SUBSCRIBE with a thousand filters, or a message to very many subscribers. It
 * cannot be divided, so all clients of its owner rest after it, in proportion to its estimate: the time that it took may
 * count what other processes did meanwhile.
 */
export class ClientShare implements DeferredClient, WorkAccount {
  recentMs = 0
  restUntilMs = 0
  owner: WorkAccount = this
  group: WorkAccount = this
  readonly #scheduler: Scheduler
  readonly #reader: SharedReader
  #paused = false
  #turn = 0
  #spent = 0

  constructor(scheduler: Scheduler, reader: SharedReader) {
    this.#scheduler = scheduler
    this.#reader = reader
  }

  /** Packets of this client are handled from now on, until `end`. */
  begin(): void {
    this.#scheduler.meter.begin()
  }

  /** Charges the time that is not charged yet; returns how long these packets took. */
  end(): number {
    this.#chargeTime()
    this.#pauseWhenUsedUp()
    this.#scheduler.meter.end()
    return this.#scheduler.meter.elapsedMs
  }

  /** Charges received bytes, whatever is in them. */
  received(bytes: number): void {
    const units = 1 + (bytes >> WorkUnits.bytesLog2)
    this.#scheduler.spend(units)
    this.charge(units)
  }

  /** Charges units that the scheduler has counted already. Pauses the reader when the share is used up. */
  charge(units: number): void {
    this.#spend(units)
    this.#restAfter(units)
    if (this.#scheduler.meter.count(units)) this.#chargeTime()
    this.#pauseWhenUsedUp()
  }

  /** How long its owner still has to rest. */
  get restMs(): number {
    return Math.max(0, this.owner.restUntilMs - this.#scheduler.meter.readMs)
  }

  continue(): void {
    this.#paused = false
    this.#reader.resumeAfterTurn()
  }

  decay(elapsedMs: number): void {
    decay(this, elapsedMs)
  }

  /** Charges the time since the last reading of the clock, as far as it is more than the units that were charged. */
  #chargeTime(): void {
    const { meter } = this.#scheduler
    const { units } = meter
    const ms = meter.read()
    this.recentMs += ms
    if (this.owner !== this) this.owner.recentMs += ms
    if (this.group !== this) this.group.recentMs += ms
    const more = ms * WorkUnits.perMs - units
    if (more <= 0) return
    this.#scheduler.spend(more)
    this.#spend(more)
  }

  #restAfter(units: number): void {
    const more = units - this.#scheduler.perClient
    if (more <= 0) return
    const { owner } = this
    const restMs = (more / WorkUnits.perMs) * restFactor
    owner.restUntilMs = Math.max(owner.restUntilMs, this.#scheduler.meter.readMs) + restMs
  }

  #spend(units: number): void {
    if (this.#turn !== this.#scheduler.turn) {
      this.#turn = this.#scheduler.turn
      this.#spent = 0
    }
    this.#spent += units
  }

  #pauseWhenUsedUp(): void {
    const { exhausted, perClient } = this.#scheduler
    const rests = this.owner.restUntilMs > this.#scheduler.meter.readMs
    if (this.#paused || (this.#spent <= perClient && !exhausted && !rests)) return
    this.#paused = true
    this.#reader.pauseForTurn()
    this.#scheduler.defer(this)
  }
}

/** How long an owner or a publisher rests, as a multiple of what it cost above its client's share. */
export const restFactor = 3
