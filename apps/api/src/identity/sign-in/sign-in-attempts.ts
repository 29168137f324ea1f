import { Injectable } from '@nestjs/common'
import { KnownAddresses } from './known-addresses.js'
import { KnownBrowsers } from './known-browsers.js'
import { CodeLimits, SignInLimits } from './sign-in-limits.js'

interface Caller {
  address: string
  email: string
  /** The header `cookie`. */
  cookies: string | undefined
}

/** An attempt that was let through to the password, or to the code of a second step. */
export interface CountedAttempt {
  /** It was right, and does not count. */
  giveBack(): void
  /** The person is signed in: takes the attempt back, and remembers its browser and its address. Resolves with a Set-Cookie. */
  succeeded(): Promise<string>
}

/** Counts attempts to sign in, and knows the browsers and addresses of those that succeeded. */
@Injectable()
export class SignInAttempts {
  constructor(
    private readonly passwordLimits: SignInLimits,
    private readonly codeLimits: CodeLimits,
    private readonly browsers: KnownBrowsers,
    private readonly addresses: KnownAddresses,
  ) {}

  /** Counts an attempt of a password. Throws a LimitError when there were too many. */
  begin(caller: Caller): Promise<CountedAttempt> {
    return this.count(this.passwordLimits, caller)
  }

  /** The same for the code of a second step. */
  beginCode(caller: Caller): Promise<CountedAttempt> {
    return this.count(this.codeLimits, caller)
  }

  private async count(limits: SignInLimits, { address, email, cookies }: Caller): Promise<CountedAttempt> {
    const account = email.trim().toLowerCase()
    const giveBack = await limits.attempt({
      address,
      account,
      browser: this.browsers.identify(cookies, account),
      isKnownAddress: () => this.addresses.has(account, address),
    })
    return {
      giveBack,
      succeeded: async () => {
        giveBack()
        return this.remember({ address, email, cookies })
      },
    }
  }

  /** Remembers the browser and the address of somebody who has shown that the account is theirs. Resolves with a Set-Cookie. */
  async remember({ address, email, cookies }: Caller): Promise<string> {
    const account = email.trim().toLowerCase()
    await this.addresses.remember(account, address)
    return this.browsers.remember(cookies, account)
  }
}
