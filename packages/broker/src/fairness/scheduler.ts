/** A client that has more to do than one turn of the event loop allows. */
export interface DeferredClient {
  /** Continues in a later turn. */
  continue(): void
}

/**
 * Shares the event loop between clients, by units of work: it bounds what all packets of one turn may cost. A message to
 * very many subscribers, or one that very many filters are compared with, delays its publisher and nobody else.
 */
export class Scheduler {
  #spent = 0
  #turn = 0
  #deferred: DeferredClient[] = []

  /** This turn has done as much as it may. */
  get exhausted(): boolean {
    return this.#spent > WorkUnits.perTurn
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

  /** Lets a client continue in a later turn, behind those that were deferred before. */
  defer(client: DeferredClient): void {
    this.#deferred.push(client)
  }

  readonly #nextTurn = (): void => {
    this.#spent = 0
    this.#turn++
    const deferred = this.#deferred
    this.#deferred = []
    for (const [i, client] of deferred.entries()) {
      if (this.exhausted) {
        this.#deferred = deferred.slice(i).concat(this.#deferred)
        return
      }
      client.continue()
    }
  }
}

/**
 * What things cost, and how much is allowed. One unit is about a tenth of a microsecond: a step through the filters, or
 * a QoS 0 message to one of many subscribers.
 */
export const WorkUnits = {
  perTurn: 40_000,
  /** What one client may spend in a turn: some hundred messages. */
  perClient: 5_000,
  packet: 4,
  /** One for so many received bytes, as a power of two. */
  bytesLog2: 6,
  filterByte: 2,
  /** A QoS 1 or 2 message is encoded and remembered for each subscriber. */
  acknowledgedDelivery: 4,
} as const
