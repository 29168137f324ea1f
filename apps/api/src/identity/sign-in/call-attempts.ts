import type { IncomingHttpHeaders } from 'node:http'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { InvalidError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import type { OfferedCall } from './offered-calls.js'
import { PasswordConfirmation } from './password-confirmation.js'
import { PendingSignIns } from './pending-sign-ins.js'
import { SignInService } from './sign-in.service.js'
import { SignInAttempts } from './sign-in-attempts.js'
import { SignInAudit } from './sign-in-audit.js'
import { UsedCodes } from './used-codes.js'

interface Call {
  headers: Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>
  address: string
  /** As the schema of the call lets it through. */
  body: Record<string, unknown>
}

/** A call of better-auth that is under way. */
export interface CallAttempt {
  /** Counts what better-auth answered. Resolves with cookies for the browser. */
  answered(answer: Response): Promise<string[]>
}

const uncounted: CallAttempt = { answered: async () => [] }

/** Counts calls that prove who somebody is by a password or by a code, and lets each code work once. */
@Injectable()
export class CallAttempts {
  constructor(
    private readonly attempts: SignInAttempts,
    private readonly signIn: SignInService,
    private readonly pending: PendingSignIns,
    private readonly usedCodes: UsedCodes,
    private readonly confirmation: PasswordConfirmation,
    private readonly audit: SignInAudit,
    private readonly database: Database,
  ) {}

  /** Throws when there were too many attempts, or when this one is wrong already. */
  async begin({ proves, checksPassword, audits }: OfferedCall, call: Call): Promise<CallAttempt> {
    switch (proves) {
      case undefined:
        return uncounted
      case 'password':
        return this.password(call)
      case 'own password':
        return this.ownPassword(call, { checksPassword, audits })
      case 'code':
        return this.code(call)
    }
  }

  private async password({ headers, address, body }: Call): Promise<CallAttempt> {
    const attempt = await this.attempts.begin({ address, email: String(body.email), cookies: headers.cookie })
    return {
      answered: async (answer) => {
        if (!answer.ok) return []
        if (!(await waitsForCode(answer))) return [await attempt.succeeded()]
        // Whoever has the password alone does not make this browser and this address known.
        attempt.giveBack()
        return []
      },
    }
  }

  private async ownPassword(
    { headers, address, body }: Call,
    { checksPassword, audits }: Pick<OfferedCall, 'checksPassword' | 'audits'>,
  ): Promise<CallAttempt> {
    const person = await this.signIn.findPerson(headers)
    if (person === null) return this.refuse('Sign in first.', 'unauthorized')
    const recordIfDone = async (answer: Response) => {
      if (answer.ok && audits !== undefined) await this.audit.recordAfter(person.id, audits)
      return []
    }
    if (checksPassword === true) {
      const given = typeof body.password === 'string' ? body.password : undefined
      await this.confirmation.confirm({ userId: person.id, sessionId: person.sessionId }, given)
      return { answered: recordIfDone }
    }
    const attempt = await this.attempts.begin({ address, email: person.email, cookies: headers.cookie })
    return {
      answered: async (answer) => {
        if (answer.ok) attempt.giveBack()
        return recordIfDone(answer)
      },
    }
  }

  private async code({ headers, address, body }: Call): Promise<CallAttempt> {
    const code = String(body.code)
    const signedIn = await this.signIn.findPerson(headers)
    const person = signedIn ?? (await this.pending.find(headers.cookie))
    if (person === null)
      return this.refuse('No sign-in waits for a code here. Sign in again.', 'invalid_two_factor_cookie')
    const attempt = await this.attempts.beginCode({ address, email: person.email, cookies: headers.cookie })
    if (!(await this.usedCodes.claim(person.id, code)))
      throw new InvalidError('This code was used already. Wait for the next one.', 'code_used')
    const turnsOn = signedIn !== null && !(await this.signIn.hasTwoFactor(person.id))
    return {
      answered: async (answer) => {
        if (answer.ok && turnsOn) await this.audit.recordAfter(person.id, 'person.enableTwoFactor')
        if (answer.ok) return [await attempt.succeeded()]
        await this.usedCodes.release(person.id, code)
        return []
      },
    }
  }

  /** Refuses a proof of nobody, so that none is checked that is not counted. While the database is away, everybody is nobody. */
  private async refuse(detail: string, code: string): Promise<never> {
    await this.database.ping()
    throw new UnauthorizedError(detail, code)
  }
}

/** Whether the password was right, and a code has to follow. */
async function waitsForCode(answer: Response): Promise<boolean> {
  const body: unknown = await answer.clone().json()
  return (
    typeof body === 'object' &&
    body !== null &&
    'twoFactorRedirect' in body &&
    body.twoFactorRedirect === true
  )
}
