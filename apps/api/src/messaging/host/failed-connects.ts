import { setTimeout as sleep } from 'node:timers/promises'
import { type AuthenticateResult, networkOf } from '@heliograph/broker'
import { Pacer } from '../../foundation/limits/pacer.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { connectLimits } from './connect-limits.js'

/**
 * Slows down CONNECTs of an address from which too many came with wrong credentials: each of them may cost a look-up. They
 * wait, and are not refused: behind the same address may be devices whose credentials are right.
 */
export class FailedConnects {
  readonly #pacer: Pacer

  constructor(limits: LimitValues<typeof connectLimits>) {
    this.#pacer = new Pacer({
      burst: limits.failuresPerAddress,
      intervalMs: limits.failureIntervalMs,
      longestWaitMs: limits.failureWaitMs,
    })
  }

  /**
   * Authenticates now, or when the address may go on. A known credential does not wait for that, as its look-up costs nothing;
   * when it is wrong all the same, its answer waits.
   */
  paced<Principal>(
    { address, isKnown }: { address: string; isKnown: boolean },
    authenticate: () => AuthenticateResult<Principal> | Promise<AuthenticateResult<Principal>>,
  ): AuthenticateResult<Principal> | Promise<AuthenticateResult<Principal>> {
    const network = networkOf(address)
    const waitMs = isKnown ? 0 : this.#pacer.waitMs(network)
    if (waitMs > 0)
      return sleep(waitMs)
        .then(authenticate)
        .then((result) => this.#counted(network, result))
    const result = authenticate()
    return result instanceof Promise
      ? result.then((decided) => this.#answer(network, decided))
      : this.#answer(network, result)
  }

  #answer<Principal>(network: string, result: AuthenticateResult<Principal>) {
    const waitMs = isFailure(result) ? this.#pacer.waitMs(network) : 0
    const counted = this.#counted(network, result)
    return waitMs > 0 ? sleep(waitMs, counted) : counted
  }

  #counted<Principal>(network: string, result: AuthenticateResult<Principal>): AuthenticateResult<Principal> {
    if (isFailure(result)) this.#pacer.count(network)
    return result
  }
}

function isFailure<Principal>(result: AuthenticateResult<Principal>): boolean {
  return !result.ok && failures.has(result.reason)
}

const failures = new Set(['bad_credentials', 'expired', 'wrong_client_id', 'not_authorized'])
