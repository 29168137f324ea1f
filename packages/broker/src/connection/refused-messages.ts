import type { Core } from '../core/core.js'
import type { RefusalBudget, RefusedClient } from '../fairness/refusal-budgets.js'
import type { QuotaAccount } from '../interface/persistence.js'
import type { ClientInfo } from '../interface/types.js'

/** The connection, as the messages need it that the host refused. */
export interface RefusedPublisher<P> {
  readonly client: ClientInfo<P>
  /** Whose refused messages are counted together; empty when nobody is named. */
  readonly account: QuotaAccount
  end(reason: 'refused_messages', detail: string): void
}

/**
 * Charges the messages of one client that the host refused to the budget of its owner. The time of packets that were handled
 * together is divided by their size, so that no clock is read for each.
 */
export class RefusedMessages<P> implements RefusedClient {
  readonly #core: Core<P>
  readonly #client: RefusedPublisher<P>
  /** Null while nothing of the owner's was refused lately. */
  #budget: RefusalBudget | null
  #refusedBytes = 0
  #acceptedBytes = 0

  constructor(core: Core<P>, client: RefusedPublisher<P>) {
    this.#core = core
    this.#client = client
    this.#budget = core.refusals.find(client.account.owner)
    this.#budget?.clients.add(this)
  }

  /** The client should not be read. */
  get exceeded(): boolean {
    return this.#budget?.exceeded ?? false
  }

  /** Adds a message that the host was asked about. */
  add(bytes: number, isRefused: boolean): void {
    if (isRefused) this.#refusedBytes += bytes
    else this.#acceptedBytes += bytes
  }

  /** Charges what was added since the last call. */
  count(msPerByte: number): void {
    if (this.#refusedBytes > 0 || this.#budget) this.#charge(msPerByte)
    this.#refusedBytes = 0
    this.#acceptedBytes = 0
  }

  slowed(): void {
    const { client } = this.#client
    const { sessionId, clientId, remoteAddress } = client
    const detail = `${this.#reason}: it is read more slowly`
    const about = { sessionId, clientId, remoteAddress, client, detail }
    this.#core.refuse({ stage: 'publish', reason: 'refused_messages', ...about })
  }

  banned(banMs: number): void {
    this.#client.end('refused_messages', `${this.#reason}: ${bannedFor(banMs)}`)
  }

  stop(): void {
    this.#budget?.clients.delete(this)
  }

  get #reason(): string {
    const { maxRefusedMsPerSecond } = this.#core.limits
    return `checking messages that are then refused takes more than ${maxRefusedMsPerSecond} ms of each second`
  }

  #charge(msPerByte: number): void {
    const refusedMs = this.#refusedBytes * msPerByte
    this.#core.counters.refusedMs += refusedMs
    if (this.#client.account.owner === '') return
    this.#budget ??= this.#core.refusals.make(this.#client.account.owner)
    this.#budget.clients.add(this)
    this.#budget.spend(refusedMs, this.#acceptedBytes * msPerByte)
  }
}

/** Says for how long an owner may not connect. */
export function bannedFor(banMs: number): string {
  return `it may not connect for ${Math.ceil(banMs / 1_000)} s`
}
