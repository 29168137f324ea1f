import type { Shares, Usage } from '../fairness/shares.js'
import type { QuotaAccount, StoredWill } from '../interface/persistence.js'
import { emptySessionBytes, subscriptionBytes } from './session-bytes.js'
import { willBytes } from './session-will.js'

/** What one session counts for its owner, its group and all: its subscriptions, and the memory that it takes with them. */
export class SessionUsage {
  readonly #shares: Shares
  #account: QuotaAccount
  readonly #used: Usage = { count: 0, bytes: 0 }

  constructor(shares: Shares, account: QuotaAccount) {
    this.#shares = shares
    this.#account = account
    this.#add(0, emptySessionBytes)
  }

  get bytes(): number {
    return this.#used.bytes
  }

  /** Whom it counts towards. */
  get account(): QuotaAccount {
    return this.#account
  }

  set account(account: QuotaAccount) {
    this.#shares.free(this.#account, this.#used)
    this.#account = account
    this.#shares.add(account, this.#used)
  }

  subscribed(filter: string): void {
    this.#add(1, subscriptionBytes(filter))
  }

  unsubscribed(filter: string): void {
    this.#add(-1, -subscriptionBytes(filter))
  }

  willAdded(will: StoredWill): void {
    this.#add(0, willBytes(will))
  }

  willRemoved(will: StoredWill): void {
    this.#add(0, -willBytes(will))
  }

  /** Frees everything. */
  end(): void {
    this.#add(-this.#used.count, -this.#used.bytes)
  }

  #add(count: number, bytes: number): void {
    this.#used.count += count
    this.#used.bytes += bytes
    this.#shares.add(this.#account, { count, bytes })
  }
}
