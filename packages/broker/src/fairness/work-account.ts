/** Processor time that was lately spent on the packets of a client, an owner or a group: it halves each second. */
export interface WorkAccount {
  recentMs: number
  /** Until when the clients of an owner rest, on the monotonic clock. */
  restUntilMs: number
}

export function emptyAccount(): WorkAccount {
  return { recentMs: 0, restUntilMs: 0 }
}

export function decay(account: WorkAccount, elapsedMs: number): void {
  if (account.recentMs > 0) account.recentMs *= 0.5 ** (elapsedMs / halfLifeMs)
}

/** The accounts of the owners, or of the groups, that have connections. */
export class WorkAccounts {
  readonly #accounts = new Map<string, WorkAccount & { connections: number }>()

  enter(name: string): WorkAccount {
    let account = this.#accounts.get(name)
    if (!account) {
      account = { ...emptyAccount(), connections: 0 }
      this.#accounts.set(name, account)
    }
    account.connections++
    return account
  }

  leave(name: string): void {
    const account = this.#accounts.get(name)
    if (account) account.connections--
  }

  // An account is kept for a while after its last connection, so that reconnecting does not empty it.
  decay(elapsedMs: number): void {
    for (const [name, account] of this.#accounts) {
      decay(account, elapsedMs)
      if (account.connections === 0 && account.recentMs < forgottenMs) this.#accounts.delete(name)
    }
  }
}

const halfLifeMs = 1_000
const forgottenMs = 0.1
