import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let store: MemoryPersistence
let broker: RunningOurs
let restarts = 0

/** The client `acme:pump:1` is of the group `acme` and the owner `acme pump`. */
async function start(limits: Partial<BrokerLimits> = {}): Promise<void> {
  if (restarts++ > 0) await broker.stop()
  broker = await startOurs({
    limits,
    persistence: store,
    hooks: {
      authenticate: ({ clientId }) => {
        const [group = '', name] = clientId.split(':')
        return { ok: true, principal: clientId, sessionId: clientId, group, owner: `${group} ${name}` }
      },
    },
  })
}

beforeEach(() => {
  store = new MemoryPersistence()
})
afterEach(async () => {
  restarts = 0
  await broker.stop()
})

/** Connects, and subscribes to so many filters. Resolves with how many were granted. */
async function subscribe(clientId: string, count: number, clean = true) {
  const client = await RawClient.connect(broker, { clientId, clean })
  const filters = Array.from({ length: count }, (_, i) => ({ topic: `${clientId}/${i}`, qos: 1 as const }))
  const granted = (await client.subscribe(...filters)).filter((code) => code === 1).length
  return { client, granted }
}

async function leave(client: RawClient): Promise<void> {
  const gone = new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))
  client.destroy()
  await gone
}

/** Leaves a stored session with ten filters, in a millisecond of its own. */
async function leaveSession(clientId: string): Promise<void> {
  const { client, granted } = await subscribe(clientId, 10, false)
  expect(granted).toBe(10)
  await leave(client)
  await new Promise((resolve) => setTimeout(resolve, 2))
}

async function present(clientId: string): Promise<boolean> {
  const client = await RawClient.open(broker)
  client.send({
    ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, keepalive: 0 },
    ...{ clientId, clean: false },
  } as Parameters<typeof client.send>[0])
  const { sessionPresent } = await client.next('connack')
  await leave(client)
  return sessionPresent
}

const details = () => broker.refusals.map(({ stage, reason, detail }) => `${stage} ${reason}: ${detail}`)
/** A session with ten of these filters takes between 6 and 7.5 kB. */
const tenFilters = 7_500

describe('subscriptions past a share', () => {
  it.each([
    ['maxSessionBytesPerSession', 'acme:pump:1', 'this session'],
    ['maxSessionBytesPerOwner', 'acme:pump:2', 'this owner'],
    ['maxSessionBytesPerGroup', 'acme:fan:1', 'this group'],
    ['maxSessionBytes', 'other:fan:1', 'all sessions'],
  ] as const)('of %s are refused with 0x80, and said', async (limit, second, who) => {
    await start({ [limit]: 2 * tenFilters })
    const first = await subscribe('acme:pump:1', 10)
    const { granted } = await subscribe(second, 50)
    expect(first.granted).toBe(10)
    expect(granted).toBeGreaterThan(5)
    expect(granted).toBeLessThan(50)
    expect(new Set(details())).toEqual(new Set([expect.stringContaining(`subscribe quota: `)]))
    expect(details()[0]).toContain(who)
    expect(broker.broker.stats().sessionBytes).toBeLessThan(4 * tenFilters)
  })

  it('have room again after an unsubscription, and when the session has ended', async () => {
    await start({ maxSessionBytesPerOwner: tenFilters })
    const { client, granted } = await subscribe('acme:pump:1', 50)
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['acme:pump:1/0'] })
    await client.next('unsuback')
    expect(await client.subscribe({ topic: 'acme:pump:1/0', qos: 1 })).toEqual([1])
    // A filter that it has is no new one.
    expect(await client.subscribe({ topic: 'acme:pump:1/0', qos: 2 })).toEqual([2])
    expect(await client.subscribe({ topic: 'acme:pump:1/more', qos: 1 })).toEqual([128])
    await leave(client)
    expect((await subscribe('acme:pump:2', 50)).granted).toBe(granted)
  })

  it('take the place of the oldest sessions that their owner left, and of no other’s', async () => {
    await start({ maxSessionBytesPerOwner: 3 * tenFilters })
    for (const id of ['acme:pump:1', 'acme:pump:2', 'acme:fan:1']) await leaveSession(id)
    const { client } = await subscribe('acme:pump:3', 15)
    expect(details()).toEqual([])
    await leave(client)
    expect([await present('acme:pump:2'), await present('acme:fan:1'), await present('acme:pump:1')]).toEqual(
      [true, true, false],
    )
  })
})

describe('stored sessions over a share', () => {
  const ids = ['acme:pump:1', 'acme:pump:2', 'acme:fan:1', 'other:pump:1', 'acme:fan:2']

  it.each([
    ['maxSessionBytesPerOwner', tenFilters, ['acme:pump:2', 'acme:fan:2', 'other:pump:1']],
    ['maxSessionBytesPerGroup', 2 * tenFilters, ['acme:fan:1', 'acme:fan:2', 'other:pump:1']],
    ['maxSessionBytes', 2 * tenFilters, ['other:pump:1', 'acme:fan:2']],
    ['maxSessionBytesPerSession', 1, []],
    ['maxStoredSessions', 3, ['acme:fan:1', 'other:pump:1', 'acme:fan:2']],
    ['maxStoredSessionsPerOwner', 1, ['acme:pump:2', 'acme:fan:2', 'other:pump:1']],
  ] as const)(
    'of %s are forgotten at the start, the oldest first, and for good',
    async (limit, value, kept) => {
      await start()
      for (const id of ids) await leaveSession(id)
      await start({ [limit]: value })
      expect(broker.broker.stats()).toMatchObject({ sessions: kept.length, subscriptions: 10 * kept.length })
      await start()
      expect(broker.broker.stats().sessions).toBe(kept.length)
      const found: string[] = []
      for (const id of ids) if (await present(id)) found.push(id)
      expect(found.sort()).toEqual([...kept].sort())
    },
  )
})
