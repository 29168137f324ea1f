import type { IncomingHttpHeaders } from 'node:http'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { Database } from '../../foundation/database/database.service.js'
import { InvalidError, LimitError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import type { SignInMethod } from '../two-factor-requirement/sign-in-method.js'
import type { OfferedCall } from './offered-calls.js'
import { PasswordConfirmation } from './password-confirmation.js'
import { type KnownPerson, PendingSignIns } from './pending-sign-ins.js'
import { RefusedSignIns } from './refused-sign-ins.js'
import type { SignedInPerson } from './sign-in.service.js'
import { type CountedAttempt, SignInAttempts } from './sign-in-attempts.js'
import { UsedCodes } from './used-codes.js'

export interface Call {
  headers: Pick<IncomingHttpHeaders, 'cookie' | 'user-agent'>
  address: string
  /** Who is signed in; null: nobody, or the call does not ask. */
  person: SignedInPerson | null
  /** As the schema of the call lets it through. */
  body: Record<string, unknown>
}

/** A call of better-auth that is under way. */
export interface CallAttempt {
  /** Counts what better-auth answered. Resolves with cookies for the browser. */
  answered(answer: Response): Promise<string[]>
}

/** As much of the body as the schema of the call has made sure of. */
const PasskeyAnswer = z.object({ response: z.object({ id: z.string() }) })

const uncounted: CallAttempt = { answered: async () => [] }

/** Counts calls that prove who somebody is by a password or by a code, and lets each code work once. */
@Injectable()
export class CallAttempts {
  constructor(
    private readonly attempts: SignInAttempts,
    private readonly pending: PendingSignIns,
    private readonly usedCodes: UsedCodes,
    private readonly confirmation: PasswordConfirmation,
    private readonly refused: RefusedSignIns,
    private readonly database: Database,
  ) {}

  /** Throws when there were too many attempts, or when this one is wrong already. */
  async begin({ proves, checksPassword, signsIn }: OfferedCall, call: Call): Promise<CallAttempt> {
    switch (proves) {
      case undefined:
        return uncounted
      case 'password':
        return this.password(call)
      case 'own password':
        return this.ownPassword(call, checksPassword)
      case 'code':
        return this.code(call, signsIn ?? 'authenticatorApp')
      case 'passkey':
        return this.passkey(call)
    }
  }

  private async password(call: Call): Promise<CallAttempt> {
    const { headers, address, body } = call
    const email = String(body.email)
    const refuse = () => this.noteRefused(call, email, 'password')
    const attempt = await noting(refuse, () =>
      this.attempts.begin({ address, email, cookies: headers.cookie }),
    )
    return {
      answered: async (answer) => {
        if (answer.status === 401) refuse()
        if (!answer.ok) return []
        if (!(await waitsForCode(answer))) return [await attempt.succeeded()]
        // Whoever has the password alone does not make this browser and this address known.
        attempt.giveBack()
        return []
      },
    }
  }

  private async ownPassword(
    { headers, address, person, body }: Call,
    checksPassword: true | undefined,
  ): Promise<CallAttempt> {
    if (person === null) return this.refuseNobody('Sign in first.', 'unauthorized')
    if (checksPassword === true) {
      const given = typeof body.password === 'string' ? body.password : undefined
      await this.confirmation.confirm({ userId: person.id, sessionId: person.sessionId }, given)
      return uncounted
    }
    const attempt = await this.attempts.begin({ address, email: person.email, cookies: headers.cookie })
    return {
      answered: async (answer) => {
        if (answer.ok) attempt.giveBack()
        return []
      },
    }
  }

  private async code(call: Call, method: SignInMethod): Promise<CallAttempt> {
    const { headers, address, body } = call
    const code = String(body.code)
    const person = call.person ?? (await this.pending.find(headers.cookie))
    if (person === null)
      return this.refuseNobody(
        'No sign-in waits for a code here. Sign in again.',
        'invalid_two_factor_cookie',
      )
    const refuse = () => {
      if (call.person === null) this.noteRefused(call, person.email, method)
    }
    const attempt = await noting(refuse, () =>
      this.attempts.beginCode({ address, email: person.email, cookies: headers.cookie }),
    )
    if (!(await this.usedCodes.claim(person.id, code))) {
      refuse()
      throw new InvalidError('This code was used already. Wait for the next one.', 'code_used')
    }
    return this.claimed({ person, code, attempt, refuse })
  }

  private claimed({ person, code, attempt, refuse }: ClaimedCode): CallAttempt {
    return {
      answered: async (answer) => {
        if (answer.ok) return [await attempt.succeeded()]
        refuse()
        await this.usedCodes.release(person.id, code)
        return []
      },
    }
  }

  /** The id of a passkey cannot be guessed, so that whoever has it means its owner. */
  private async passkey(call: Call): Promise<CallAttempt> {
    return {
      answered: async (answer) => {
        if (answer.ok) return []
        const passkey = await this.database.accounts.passkey.findFirst({
          where: { credentialID: PasskeyAnswer.parse(call.body).response.id },
          select: { user: { select: { email: true } } },
        })
        if (passkey !== null) this.noteRefused(call, passkey.user.email, 'passkey')
        return []
      },
    }
  }

  /** Refuses a proof of nobody, so that none is checked that is not counted. While the database is away, everybody is nobody. */
  private async refuseNobody(detail: string, code: string): Promise<never> {
    await this.database.ping()
    throw new UnauthorizedError(detail, code)
  }

  private noteRefused({ headers, address }: Call, account: string, method: SignInMethod): void {
    this.refused.note({ account, method, address, userAgent: headers['user-agent'] ?? null })
  }
}

interface ClaimedCode {
  person: KnownPerson
  code: string
  attempt: CountedAttempt
  refuse: () => void
}

/** Begins an attempt, and calls `refuse` when there were too many. */
async function noting(refuse: () => void, begin: () => Promise<CountedAttempt>): Promise<CountedAttempt> {
  try {
    return await begin()
  } catch (error) {
    if (error instanceof LimitError) refuse()
    throw error
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
