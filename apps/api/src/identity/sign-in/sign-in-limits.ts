import { createHash } from 'node:crypto'
import { networkOf } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { reportLimit } from '../../foundation/limits/reported-limits.js'

const maxKeys = 100_000

interface Limit {
  /** What answers call it. */
  name: string
  /** How many attempts may come at once. */
  burst: number
  /** After them, one more is allowed each time this has passed. */
  refillMs: number
  /** Who has tried too often, and what else the person may do. */
  refusal: string
}

/** What may be tried before more has to wait, by address, by account, and by both. */
export interface SignInLimitTable {
  address: Limit
  accountFromAddress: Limit
  account: Limit
  browser: Limit
}

type LimitName = keyof SignInLimitTable

const elsewhere =
  'from many addresses. Use a browser or a network in which you signed in before: there it works at once.'

/**
 * One address alone never uses up the limit of an account: what it may try there comes back more slowly than the limit does.
 */
export const passwordLimits: SignInLimitTable = {
  address: {
    name: 'signIn.perAddress',
    burst: 20,
    refillMs: 15_000,
    refusal: 'There were too many attempts from your address.',
  },
  accountFromAddress: {
    name: 'signIn.perAccountAndAddress',
    burst: 10,
    refillMs: 60_000,
    refusal: 'There were too many wrong passwords for this account from your address.',
  },
  account: {
    name: 'signIn.perAccount',
    burst: 100,
    refillMs: 20_000,
    refusal: `There were too many wrong passwords for this account ${elsewhere}`,
  },
  browser: {
    name: 'signIn.perBrowser',
    burst: 10,
    refillMs: 60_000,
    refusal: 'There were too many wrong passwords for this account in this browser.',
  },
}

/**
 * Of a second step, after the right password. Three of a million codes are right at a time, so that the limit of the account,
 * 154 in the first day, leaves who has the password a chance of one in two thousand a day, from however many addresses.
 */
export const codeLimits: SignInLimitTable = {
  address: {
    name: 'secondStep.perAddress',
    burst: 20,
    refillMs: 15_000,
    refusal: 'There were too many codes from your address.',
  },
  accountFromAddress: {
    name: 'secondStep.perAccountAndAddress',
    burst: 5,
    refillMs: 1_800_000,
    refusal: 'There were too many wrong codes for this account from your address.',
  },
  account: {
    name: 'secondStep.perAccount',
    burst: 10,
    refillMs: 600_000,
    refusal: `There were too many wrong codes for this account ${elsewhere}`,
  },
  browser: {
    name: 'secondStep.perBrowser',
    burst: 5,
    refillMs: 300_000,
    refusal: 'There were too many wrong codes for this account in this browser.',
  },
}

/** A place from which a password or a code is tried. */
export interface SignInAttempt {
  address: string
  account: string
  /** The id of the browser, when the account signed in there before. */
  browser: string | null
  /** Asked only when it decides: whether the account signed in from this address lately. */
  isKnownAddress: () => Promise<boolean>
}

/**
 * Limits how often a password, a code of a second step, or the set-up code, may be tried. Attempts of others never lock out a
 * known browser.
 */
@Injectable()
export class SignInLimits {
  private readonly limiters: Record<LimitName, RateLimiter<string>>

  constructor(
    private readonly limits: SignInLimitTable,
    now?: () => number,
  ) {
    const limiter = ({ burst, refillMs }: Limit, reportedAs?: string) =>
      new RateLimiter<string>({
        burst,
        refillMs,
        maxKeys,
        ...(reportedAs ? { reportedAs } : {}),
        ...(now ? { now } : {}),
      })
    this.limiters = {
      address: limiter(limits.address, limits.address.name),
      accountFromAddress: limiter(limits.accountFromAddress, limits.accountFromAddress.name),
      // What is left of it would tell everybody how often others try.
      account: limiter(limits.account),
      browser: limiter(limits.browser, limits.browser.name),
    }
  }

  /** Counts an attempt, or throws a LimitError. Call the returned function when it succeeded: then it does not count. */
  async attempt({ address, account, browser, isKnownAddress }: SignInAttempt): Promise<() => void> {
    if (browser !== null) return this.take([['browser', browser]])
    const ofAddress = keysOf(address, account)
    const ofAccount: [LimitName, string] = ['account', digest(account)]
    const giveBack = this.take(ofAddress)
    const waitSeconds = this.limiters.account.take(ofAccount[1])
    if (waitSeconds > 0) {
      if (await isKnownAddress()) return giveBack
      giveBack()
      reportLimit(this.limiters.account.state(ofAccount[1], this.limits.account.name))
      throw this.refusal('account', waitSeconds)
    }
    return () => {
      giveBack()
      this.limiters.account.giveBack(ofAccount[1])
    }
  }

  /** The same for a secret that is too long to be guessed from many addresses: a one-time code, the token of a link. */
  attemptSecret(address: string, kind: 'set-up' | 'invitation' | 'account link'): () => void {
    return this.take(keysOf(address, kind))
  }

  private take(keys: readonly [LimitName, string][]): () => void {
    const taken: [LimitName, string][] = []
    const giveBack = () => {
      for (const [name, key] of taken) this.limiters[name].giveBack(key)
    }
    for (const [name, key] of keys) {
      const waitSeconds = this.limiters[name].take(key)
      if (waitSeconds > 0) {
        giveBack()
        throw this.refusal(name, waitSeconds)
      }
      taken.push([name, key])
    }
    return giveBack
  }

  private refusal(name: LimitName, waitSeconds: number): LimitError {
    const again = name === 'account' ? 'Anywhere else, try again in' : 'Try again in'
    const { refusal, name: limit } = this.limits[name]
    const text = `${refusal} ${again} ${durationText(waitSeconds)}.`
    return new LimitError(text, { limit, retryAfterSeconds: waitSeconds })
  }
}

function durationText(seconds: number): string {
  if (seconds > 120) return `${Math.ceil(seconds / 60)} minutes`
  return seconds === 1 ? 'a second' : `${seconds} seconds`
}

function keysOf(address: string, account: string): [LimitName, string][] {
  const network = networkOf(address)
  return [
    ['address', network],
    ['accountFromAddress', `${network} ${digest(account)}`],
  ]
}

/** Keys are short, however long the texts of clients are. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** The limits of codes: an injection token of its own. */
export class CodeLimits extends SignInLimits {}
