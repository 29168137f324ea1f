import { defaultLimits } from '../interface/limits.js'
import type { WorkAccount } from './work-account.js'
import { WorkMeter } from './work-meter.js'

/** A client that has more to do than one turn of the event loop allows. */
export interface DeferredClient {
  /** Continues in a later turn. */
  continue(): void
  /** How long it has to wait in any case, because of what its owner has done. */
  readonly restMs: number
  /** What it, its owner and its group have used lately. */
  readonly recentMs: number
  readonly owner: WorkAccount
  readonly group: WorkAccount
}

export interface TurnLimits {
  maxTurnMs: number
  maxClientTurnMs: number
}

/**
 * Shares the event loop between clients, by units of work: it bounds what all packets of one turn may cost. A message to
 * very many subscribers, or one that very many filters are compared with, delays its publisher and nobody else. Who has
 * used least of late continues first, so many clients of one owner or group delay nobody else either.
 */
export class Scheduler {
  readonly meter: WorkMeter
  /** What one client may spend in a turn. */
  readonly perClient: number
  readonly #perTurn: number
  #spent = 0
  #turn = 0
  #deferred: DeferredClient[] = []
  readonly #resting = new Set<DeferredClient>()
  #wakeTimer: NodeJS.Timeout | null = null

  constructor({ maxTurnMs, maxClientTurnMs }: TurnLimits = defaultLimits, meter = new WorkMeter()) {
    this.meter = meter
    this.#perTurn = maxTurnMs * WorkUnits.perMs
    this.perClient = maxClientTurnMs * WorkUnits.perMs
  }

  /** This turn has done as much as it may. */
  get exhausted(): boolean {
    return this.#spent > this.#perTurn
  }

  /** Units spent in this turn so far. */
  get spent(): number {
    return this.#spent
  }

  /** Grows with each turn in which something was spent. */
  get turn(): number {
    return this.#turn
  }

  spend(units: number): void {
    if (this.#spent === 0) setImmediate(this.#nextTurn)
    this.#spent += units
  }

  /** Clients that wait for a later turn. */
  get waiting(): number {
    return this.#deferred.length + this.#resting.size
  }

  /** Lets a client continue in a later turn. */
  defer(client: DeferredClient): void {
    this.#deferred.push(client)
  }

  readonly #nextTurn = (): void => {
    this.#spent = 0
    this.#turn++
    const deferred = this.#deferred
    this.#deferred = []
    // It is sorted but for those that came since, and then a sort takes little more than a look at each.
    deferred.sort(compareUse)
    for (const [i, client] of deferred.entries()) {
      if (this.exhausted) {
        this.#deferred = deferred.slice(i).concat(this.#deferred)
        return
      }
      if (client.restMs > 0) this.#rest(client)
      else client.continue()
    }
  }

  #rest(client: DeferredClient): void {
    this.#resting.add(client)
    this.#wakeTimer ??= setTimeout(this.#wake, client.restMs)
  }

  /** Those whose rest is over continue in a turn of their own, in the order of all others. */
  readonly #wake = (): void => {
    this.#wakeTimer = null
    const { meter } = this
    meter.begin()
    meter.end()
    let leastMs = Number.POSITIVE_INFINITY
    for (const client of this.#resting) {
      if (client.restMs > 0) {
        leastMs = Math.min(leastMs, client.restMs)
        continue
      }
      this.#resting.delete(client)
      this.#deferred.push(client)
    }
    if (this.#resting.size > 0) this.#wakeTimer = setTimeout(this.#wake, leastMs)
    if (this.#deferred.length > 0) this.spend(1)
  }
}

/** First is a client whose group has used least; among those of one group by their owners, and then by themselves. */
function compareUse(one: DeferredClient, other: DeferredClient): number {
  return (
    one.group.recentMs - other.group.recentMs ||
    one.owner.recentMs - other.owner.recentMs ||
    one.recentMs - other.recentMs
  )
}

/**
 * What things cost, by estimate. One unit is about a tenth of a microsecond: a step through the filters, or a QoS 0 message
 * to one of many subscribers.
 */
export const WorkUnits = {
  perMs: 10_000,
  packet: 4,
  /** One for so many received bytes, as a power of two. */
  bytesLog2: 6,
  filterByte: 2,
  /** A QoS 1 or 2 message is encoded and remembered for each subscriber. */
  acknowledgedDelivery: 4,
} as const
