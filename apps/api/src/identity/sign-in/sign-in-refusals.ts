import type { SignInMethod } from '../two-factor-requirement/sign-in-method.js'

export interface RefusedSignIn {
  /** The e-mail address, as it was typed. */
  account: string
  method: SignInMethod
  address: string
  userAgent: string | null
}

/** What was refused to one account, in one way, within one of its windows. */
export interface SignInRefusal {
  /** The e-mail address in small letters. */
  account: string
  method: SignInMethod
  attempts: number
  sinceMs: number
  /** The first few, in their order. */
  addresses: string[]
  userAgent: string | null
}

interface Group {
  refusal: SignInRefusal
  window: number
  dueAtMs: number
}

/** The first refusal is told at once. While they go on, those of a minute are told together, then of five, then of fifteen. */
export const windowsMs = [0, 60_000, 300_000, 900_000]
/** So many accounts are followed, whether they exist or not; what is refused to others meanwhile is not told. */
export const mostGroups = 10_000
const mostAddresses = 5
const longestEmail = 254

/** Gathers refused sign-ins by account and way, so that a thousand a second become a few rows. Knows no database. */
export class SignInRefusals {
  private readonly groups = new Map<string, Group>()

  get isEmpty(): boolean {
    return this.groups.size === 0
  }

  add({ account: typed, method, address, userAgent }: RefusedSignIn, nowMs: number): void {
    const account = typed.trim().toLowerCase().slice(0, longestEmail)
    const key = keyOf({ account, method })
    let group = this.groups.get(key)
    if (group === undefined) {
      if (this.groups.size >= mostGroups) return
      group = { refusal: emptyRefusal(account, method), window: 0, dueAtMs: nowMs }
      this.groups.set(key, group)
    }
    const { refusal } = group
    if (refusal.attempts === 0) Object.assign(refusal, { sinceMs: nowMs, userAgent })
    refusal.attempts += 1
    if (refusal.addresses.length < mostAddresses && !refusal.addresses.includes(address))
      refusal.addresses.push(address)
  }

  /** What is to be told now. A window in which nothing was refused ends its group. */
  takeDue(nowMs: number): SignInRefusal[] {
    const due: SignInRefusal[] = []
    for (const [key, group] of this.groups) {
      if (group.dueAtMs > nowMs) continue
      const { refusal, window } = group
      if (refusal.attempts === 0) {
        this.groups.delete(key)
        continue
      }
      due.push(refusal)
      group.window = Math.min(window + 1, windowsMs.length - 1)
      group.dueAtMs = nowMs + (windowsMs[group.window] ?? 0)
      group.refusal = emptyRefusal(refusal.account, refusal.method)
    }
    return due
  }

  /** All that was not told yet. */
  takeAll(): SignInRefusal[] {
    const all = [...this.groups.values()].map(({ refusal }) => refusal)
    this.groups.clear()
    return all.filter(({ attempts }) => attempts > 0)
  }

  /** Of an account that does not exist. */
  forget(refusal: Pick<SignInRefusal, 'account' | 'method'>): void {
    this.groups.delete(keyOf(refusal))
  }
}

function keyOf({ account, method }: Pick<SignInRefusal, 'account' | 'method'>): string {
  return `${method} ${account}`
}

function emptyRefusal(account: string, method: SignInMethod): SignInRefusal {
  return { account, method, attempts: 0, sinceMs: 0, addresses: [], userAgent: null }
}
