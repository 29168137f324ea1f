/** Whose work it is. */
export interface Share {
  /** The organization, or who acts in none. */
  organization: number | string
  /** The person or the API key. */
  caller: string
}

export type ConcurrencyLevel = 'caller' | 'organization' | 'platform'

/** How much may run at a time. */
export interface RunningLimits {
  perCaller: number
  perOrganization: number
  inAll: number
}

/** How much may wait for its turn, and how long. */
export interface WaitingLimits {
  waitingPerCaller: number
  waitingPerOrganization: number
  waitingInAll: number
  waitMs: number
}

/** Work was refused because too much of this level runs and waits, or because it has waited too long. */
export interface Busy {
  level: ConcurrencyLevel
  waited: boolean
}

export interface ConcurrencyOptions {
  /** Without limits of waiting, nothing waits. */
  limits: RunningLimits & Partial<WaitingLimits>
  /** Makes the error for who is refused. */
  refusal(busy: Busy, share: Share): Error
  /** Whose work begins later, because its earlier work took much. */
  pace?: { waitMs(share: Share): number }
}

interface Waiter {
  begin(): void
}

interface Caller {
  running: number
  waiting: Set<Waiter>
  /** There while some of it waits only for the end of its rest. */
  rest: NodeJS.Timeout | null
}

interface Organization {
  running: number
  waiting: number
  callers: Map<string, Caller>
}

/**
 * Limits how much runs at the same time for each caller, for each organization and in all. What is more waits within limits,
 * and takes turns: between organizations, then between the callers of one, then in the order in which it came. With a pace, who
 * took much lately is passed over for a while.
 */
export class ConcurrencyLimiter {
  /** Those with work, in the order of their turns: who is served goes to the end. */
  readonly #organizations = new Map<Share['organization'], Organization>()
  readonly #limits: RunningLimits & WaitingLimits
  readonly #refusal: ConcurrencyOptions['refusal']
  readonly #pace: ConcurrencyOptions['pace']
  #running = 0
  #waiting = 0

  constructor({ limits, refusal, pace }: ConcurrencyOptions) {
    this.#limits = { ...noWaiting, ...limits }
    this.#refusal = refusal
    this.#pace = pace
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Runs work when it is its turn. Rejects with the refusal when that takes too long, or too much waits. */
  async run<Result>(share: Share, work: () => Promise<Result>): Promise<Result> {
    const release = await this.take(share)
    try {
      return await work()
    } finally {
      release()
    }
  }

  /**
   * Resolves when it is this share's turn, with the function that ends it. It is not waited for longer than `signal` allows:
   * then it rejects with the signal's reason.
   */
  take(share: Share, signal?: AbortSignal): Promise<() => void> {
    const organization = this.#organizationOf(share)
    const caller = callerOf(organization, share)
    const level = this.#fullLevel(organization, caller) ?? (this.#mustRest(share, caller) ? 'caller' : null)
    if (level === null) return Promise.resolve(this.#begin(share, organization, caller))
    const full = this.#limits.waitingInAll === 0 ? level : this.#fullQueue(organization, caller)
    if (full === null) return this.#wait({ share, organization, caller, level, signal })
    const error = this.#refusal({ level: full, waited: false }, share)
    this.#forget(share, organization, caller)
    return Promise.reject(error)
  }

  /** The level at which no more may run; null: it may. */
  #fullLevel(organization: Organization, caller: Caller): ConcurrencyLevel | null {
    const limits = this.#limits
    if (caller.running >= limits.perCaller) return 'caller'
    if (organization.running >= limits.perOrganization) return 'organization'
    return this.#running >= limits.inAll ? 'platform' : null
  }

  #fullQueue(organization: Organization, caller: Caller): ConcurrencyLevel | null {
    const limits = this.#limits
    if (caller.waiting.size >= limits.waitingPerCaller) return 'caller'
    if (organization.waiting >= limits.waitingPerOrganization) return 'organization'
    return this.#waiting >= limits.waitingInAll ? 'platform' : null
  }

  /** Whether nothing of this caller may begin now. It is served again when it may. */
  #mustRest(share: Share, caller: Caller): boolean {
    const restMs = this.#pace?.waitMs(share) ?? 0
    if (restMs <= 0) return false
    caller.rest ??= setTimeout(() => {
      caller.rest = null
      this.#serve()
    }, restMs)
    return true
  }

  #begin(share: Share, organization: Organization, caller: Caller): () => void {
    this.#running += 1
    organization.running += 1
    caller.running += 1
    let ended = false
    return () => {
      if (ended) return
      ended = true
      this.#running -= 1
      organization.running -= 1
      caller.running -= 1
      this.#forget(share, organization, caller)
      this.#serve()
    }
  }

  #wait({ share, organization, caller, level, signal }: Waiting): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        caller.waiting.delete(waiter)
        organization.waiting -= 1
        this.#waiting -= 1
      }
      const give = (error: unknown) => {
        leave()
        this.#forget(share, organization, caller)
        reject(error)
      }
      const onAbort = () => give(signal?.reason)
      const waiter = {
        begin: () => {
          leave()
          resolve(this.#begin(share, organization, caller))
        },
      }
      const timer = setTimeout(() => give(this.#refusal({ level, waited: true }, share)), this.#limits.waitMs)
      caller.waiting.add(waiter)
      organization.waiting += 1
      this.#waiting += 1
      if (signal?.aborted) onAbort()
      else signal?.addEventListener('abort', onAbort)
    })
  }

  /** Begins what may run now. */
  #serve(): void {
    while (this.#waiting > 0 && this.#running < this.#limits.inAll) if (!this.#serveNext()) return
  }

  #serveNext(): boolean {
    for (const [key, organization] of this.#organizations) {
      if (organization.waiting === 0 || organization.running >= this.#limits.perOrganization) continue
      const next = this.#nextCaller(key, organization)
      if (next === null) continue
      moveToEnd(this.#organizations, key)
      moveToEnd(organization.callers, next.name)
      next.waiter.begin()
      return true
    }
    return false
  }

  /** The caller whose turn it is, with the work that waited longest. */
  #nextCaller(
    organization: Share['organization'],
    { callers }: Organization,
  ): { name: string; waiter: Waiter } | null {
    for (const [name, caller] of callers) {
      const [waiter] = caller.waiting
      if (waiter === undefined || caller.running >= this.#limits.perCaller) continue
      if (!this.#mustRest({ organization, caller: name }, caller)) return { name, waiter }
    }
    return null
  }

  #organizationOf({ organization }: Share): Organization {
    return entry(this.#organizations, organization, () => ({ running: 0, waiting: 0, callers: new Map() }))
  }

  #forget(share: Share, organization: Organization, caller: Caller): void {
    if (caller.running === 0 && caller.waiting.size === 0) {
      if (caller.rest !== null) clearTimeout(caller.rest)
      organization.callers.delete(share.caller)
    }
    if (organization.callers.size === 0) this.#organizations.delete(share.organization)
  }
}

const noWaiting: WaitingLimits = {
  waitingPerCaller: 0,
  waitingPerOrganization: 0,
  waitingInAll: 0,
  waitMs: 0,
}

interface Waiting {
  share: Share
  organization: Organization
  caller: Caller
  level: ConcurrencyLevel
  signal: AbortSignal | undefined
}

function callerOf({ callers }: Organization, { caller }: Share): Caller {
  return entry(callers, caller, () => ({ running: 0, waiting: new Set(), rest: null }))
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function moveToEnd<Key, Value>(map: Map<Key, Value>, key: Key): void {
  const value = map.get(key)
  if (value === undefined) return
  map.delete(key)
  map.set(key, value)
}
