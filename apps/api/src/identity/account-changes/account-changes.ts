import { AsyncLocalStorage } from 'node:async_hooks'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import type { PrismaClient } from '../../foundation/database/generated/client.js'
import { AccountChange } from './account-change.js'

type Operation = (args: unknown) => Promise<unknown>

/** Makes all that a call of better-auth changes one transaction, with its rows of the audit. */
@Injectable()
export class AccountChanges {
  private readonly running = new AsyncLocalStorage<AccountChange>()
  /** For better-auth: what it changes within `run` is part of the change there. */
  readonly client: PrismaClient

  constructor(private readonly database: Database) {
    this.client = this.clientOfChanges(database.accounts)
  }

  /** The change of the call that is being answered; null outside of one. */
  get current(): AccountChange | null {
    return this.running.getStore() ?? null
  }

  /**
   * Runs a call of better-auth. `record` writes rows of the audit into its transaction, which is rolled back when the call is
   * refused or `record` rejects.
   */
  async run(
    call: () => Promise<Response>,
    record: (change: AccountChange) => Promise<void>,
  ): Promise<Response> {
    const change = new AccountChange(this.database)
    const answer = await this.running.run(change, async () => {
      try {
        const answered = await call()
        if (isRefused(answered)) await change.rollBack()
        else {
          await record(change)
          await change.commit()
        }
        return answered
      } catch (error) {
        await change.rollBack()
        throw error
      }
    })
    if (!isRefused(answer)) await change.followUp()
    return answer
  }

  private clientOfChanges(accounts: PrismaClient): PrismaClient {
    return new Proxy(accounts, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (typeof name !== 'string' || name.startsWith('_')) return value
        // Without it, better-auth makes the steps of what would be a transaction of its own one by one.
        if (name === '$transaction' && this.current !== null) return undefined
        if (typeof value === 'function') return value.bind(target)
        return isModel(value) ? this.modelOfChanges(name, value) : value
      },
    })
  }

  private modelOfChanges(model: string, base: object): object {
    return new Proxy(base, {
      get: (target, operation) => {
        const value: unknown = Reflect.get(target, operation)
        if (typeof operation !== 'string' || typeof value !== 'function') return value
        return (args: unknown) => this.perform(model, operation, args)
      },
    })
  }

  private async perform(model: string, operation: string, args: unknown): Promise<unknown> {
    const change = this.current
    // A one-time value is used up by a call that is refused, too.
    if (change === null || model === 'verification')
      return operationOf(this.database.accounts, model, operation)(args)
    const transaction = isRead(operation) ? await change.begun : await change.begin()
    return operationOf(transaction ?? this.database.accounts, model, operation)(args)
  }
}

/** A provider's return is answered by a redirect, which names what was refused. */
function isRefused({ status, headers }: Response): boolean {
  if (status >= 400) return true
  return /[?&]error=/.test(headers.get('location') ?? '')
}

function isRead(operation: string): boolean {
  return operation.startsWith('find') || operation === 'count'
}

function isModel(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'findMany' in value
}

/** better-auth names only models and operations that the client has: its adapter looks before. */
function operationOf(client: object, model: string, operation: string): Operation {
  const operations = Reflect.get(client, model) as Record<string, Operation>
  return (args) => (operations[operation] as Operation)(args)
}
