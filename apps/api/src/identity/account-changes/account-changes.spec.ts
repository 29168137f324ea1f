import { expect, it } from 'vitest'
import type { Database } from '../../foundation/database/database.service.js'
import { AccountChanges } from './account-changes.js'

/** A database that notes what it is told, and by which client. */
function fakeDatabase() {
  const log: string[] = []
  const client = (name: string) => {
    const model = (table: string) => ({
      findMany: async () => void log.push(`${name} reads ${table}`),
      create: async () => void log.push(`${name} makes ${table}`),
    })
    return {
      user: model('user'),
      verification: model('verification'),
      $transaction: async () => undefined,
      $queryRaw: async () => [],
    }
  }
  const database = {
    accounts: client('pool'),
    transaction: async (work: (transaction: object) => Promise<void>) => {
      log.push('begin')
      await work(client('transaction')).then(
        () => log.push('commit'),
        (error: unknown) => {
          log.push('roll back')
          throw error
        },
      )
    },
  }
  const changes = new AccountChanges(database as unknown as Database)
  return { log, changes, client: changes.client as unknown as ReturnType<typeof client> }
}

const done = new Response(null, { status: 200 })
const nothing = async () => {}

it('begins a transaction with the first change, and commits it after the audit', async () => {
  const { log, changes, client } = fakeDatabase()
  const call = async () => {
    await client.user.findMany()
    await client.user.create()
    await client.user.findMany()
    return done
  }
  await changes.run(call, async (change) => {
    expect(await change.begun).not.toBeNull()
    log.push('audit')
    change.afterCommit(async () => void log.push('follow-up'))
  })
  expect(log).toEqual([
    'pool reads user',
    'begin',
    'transaction makes user',
    'transaction reads user',
    'audit',
    'commit',
    'follow-up',
  ])
})

it('begins none for a call that changes nothing, or uses up a one-time value alone', async () => {
  const { log, changes, client } = fakeDatabase()
  await changes.run(async () => {
    await client.verification.create()
    return done
  }, nothing)
  expect(log).toEqual(['pool makes verification'])
})

it.each([
  ['refused', new Response(null, { status: 401 })],
  [
    'refused by a redirect',
    new Response(null, { status: 302, headers: { location: '/sign-in?error=no_role' } }),
  ],
])('rolls back what was %s, and follows nothing up', async (_, refusal) => {
  const { log, changes, client } = fakeDatabase()
  const call = async () => {
    await client.user.create()
    changes.current?.afterCommit(async () => void log.push('follow-up'))
    return refusal
  }
  expect(await changes.run(call, async () => void log.push('audit'))).toBe(refusal)
  expect(log).toEqual(['begin', 'transaction makes user', 'roll back'])
})

it('rolls back what cannot be recorded, and rejects', async () => {
  const { log, changes, client } = fakeDatabase()
  const call = async () => {
    await client.user.create()
    return done
  }
  const fail = () => Promise.reject(new Error('no audit'))
  await expect(changes.run(call, fail)).rejects.toThrow('no audit')
  expect(log).toEqual(['begin', 'transaction makes user', 'roll back'])
})

it('leaves other calls at the same time, and later ones, alone', async () => {
  const { log, changes, client } = fakeDatabase()
  await changes.run(async () => {
    await client.user.create()
    return done
  }, nothing)
  await client.user.create()
  expect(log).toEqual(['begin', 'transaction makes user', 'commit', 'pool makes user'])
  expect(typeof client.$transaction).toBe('function')
})
