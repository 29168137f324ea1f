import { Injectable } from '@nestjs/common'
import { noteSession } from '../../foundation/audit/request-origin.js'
import type { AccountChange, BegunSession } from '../account-changes/account-change.js'
import { type PersonAction, PersonAudit } from '../account-links/person-audit.js'
import { TwoFactorRequirement } from '../two-factor-requirement/two-factor-requirement.js'
import type { OfferedCall } from './offered-calls.js'
import type { SignedInPerson } from './sign-in.service.js'

interface AuditedCall {
  call: OfferedCall
  /** Who was signed in already; null: nobody, or the call does not ask. */
  person: SignedInPerson | null
  body: Record<string, unknown>
}

/** Records what a call of better-auth does, in the transaction of the call. */
@Injectable()
export class CallAudit {
  constructor(
    private readonly audit: PersonAudit,
    private readonly twoFactor: TwoFactorRequirement,
  ) {}

  async record(audited: AuditedCall, change: AccountChange): Promise<void> {
    const begun = remaining(change)
    if (begun !== undefined) await this.recordSession(audited, change, begun)
    const { call, person } = audited
    if (call.audits === undefined || person === null || change.begun === null) return
    noteSession(begun?.id ?? person.sessionId)
    await this.recordChange(call.audits, { ...audited, person }, change)
  }

  /** A session that takes the place of another, as after a change of the password, was begun in the same way as that. */
  private async recordSession(
    { call, person }: AuditedCall,
    change: AccountChange,
    { id, userId }: BegunSession,
  ): Promise<void> {
    const transaction = await change.begin()
    const method = person === null ? (call.signsIn ?? null) : person.method
    await transaction.session.update({ where: { id }, data: { method } })
    if (person !== null || method === null) return
    noteSession(id)
    await this.audit.record(transaction, userId, {
      action: 'person.signIn',
      by: 'person',
      detail: { method },
    })
  }

  private async recordChange(
    action: PersonAction,
    { person, body }: AuditedCall & { person: SignedInPerson },
    change: AccountChange,
  ): Promise<void> {
    const transaction = await change.begin()
    const record = (entry: object = {}) =>
      this.audit.record(transaction, person.id, { action, by: 'person', ...entry })
    switch (action) {
      case 'person.enableTwoFactor':
        // A code of somebody who has two-factor already changes nothing.
        return person.twoFactorEnabled ? undefined : record()
      case 'person.disableTwoFactor':
        change.afterCommit(() => this.twoFactor.enforce({ userId: person.id }))
        return record()
      case 'person.addPasskey':
        return record({ after: { name: body.name } })
      case 'person.changePassword': {
        const others = change.endedSessions.filter(({ id }) => id !== person.sessionId)
        return record({ detail: { endedSessions: others.length } })
      }
      case 'person.update':
        if (body.name === person.name) return
        return record({ before: { name: person.name }, after: { name: body.name } })
      default:
        return record()
    }
  }
}

/** The session that the call began and did not end again: after a password it does when a code has to follow. */
function remaining({ begunSessions, endedSessions }: AccountChange): BegunSession | undefined {
  return begunSessions.find(({ id }) => !endedSessions.some((ended) => ended.id === id))
}
