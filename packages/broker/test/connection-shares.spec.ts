import { afterEach, describe, expect, it } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs
let authenticated: string[]

/** The client `acme:pump:1` is of the group `acme` and the owner `pump`. */
async function start(limits: Partial<BrokerLimits>): Promise<void> {
  authenticated = []
  broker = await startOurs({
    limits,
    hooks: {
      authenticate: ({ clientId }) => {
        authenticated.push(clientId)
        const [group = '', owner = ''] = clientId.split(':')
        return { ok: true, principal: clientId, sessionId: clientId, group, owner }
      },
    },
  })
}

afterEach(() => broker.stop())

const connect = (clientId: string, username?: string) =>
  RawClient.connect(broker, { clientId, ...(username === undefined ? {} : { username }) })

describe('an owner with all of its connections', () => {
  it('is refused more with 3, and told; others connect, and taking over is no new connection', async () => {
    await start({ maxConnectionsPerOwner: 2 })
    const first = await connect('acme:pump:1')
    await connect('acme:pump:2')
    await expect(connect('acme:pump:3')).rejects.toThrow('refused with 3')
    await connect('acme:fan:1')
    expect(broker.refusals).toMatchObject([
      {
        stage: 'connect',
        reason: 'quota',
        detail: 'connections of this owner',
        client: { clientId: 'acme:pump:3' },
      },
    ])
    await connect('acme:pump:1')
    await first.closed
    await expect(connect('acme:pump:3')).rejects.toThrow('refused with 3')
    expect(broker.broker.stats()).toMatchObject({ connections: 3, unauthenticatedConnections: 0 })
  })

  it('gets a place back when one is closed', async () => {
    await start({ maxConnectionsPerOwner: 1 })
    for (let i = 0; i < 3; i++) {
      const client = await connect(`acme:pump:${i}`)
      const gone = new Promise<void>((resolve) => broker.broker.events.once('disconnected', () => resolve()))
      client.destroy()
      await gone
    }
    await connect('acme:pump:last')
  })
})

it('a group leaves room for others', async () => {
  await start({ maxConnections: 8 })
  const all = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => connect(`acme:owner-${i}:1`)))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(4)
  expect(broker.refusals[0]).toMatchObject({ reason: 'quota', detail: 'connections of this group' })
  await connect('other:pump:1')
})

it('a client that connects in a loop is refused before it is authenticated, and others are not', async () => {
  await start({ maxConnectsPerSecondPerOwner: 1 })
  const outcomes: string[] = []
  for (let i = 0; i < 12; i++) {
    await connect(`acme:pump:${i}`, 'looping').then(
      () => outcomes.push('connected'),
      (error: Error) => outcomes.push(error.message),
    )
  }
  expect(outcomes.slice(0, 5)).toEqual(Array(5).fill('connected'))
  expect(outcomes).toContain('refused with 3')
  const refused = outcomes.filter((outcome) => outcome === 'refused with 3').length
  expect(authenticated).toHaveLength(12 - refused)
  expect(broker.refusals[0]).toMatchObject({ reason: 'rate', username: 'looping' })
  await connect('acme:fan:1', 'other')
})

describe('sockets without a CONNECT', () => {
  it('are bounded, and take no place of clients', async () => {
    await start({ maxConnections: 2, maxUnauthenticatedConnections: 6 })
    const idle = await Promise.all(Array.from({ length: 3 }, () => RawClient.open(broker)))
    await expect(RawClient.open(broker, 'ws')).rejects.toThrow('503')
    expect(broker.refusals).toMatchObject([
      { stage: 'connect', reason: 'quota', detail: 'connections without an accepted CONNECT' },
    ])
    expect(broker.broker.stats()).toMatchObject({ connections: 0, unauthenticatedConnections: 3 })
    const closed = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (broker.broker.stats().unauthenticatedConnections > 2) return
        clearInterval(timer)
        resolve()
      }, 5)
    })
    idle[0]?.destroy()
    await closed
    await connect('acme:pump:1')
    await connect('other:pump:1')
    expect(broker.broker.stats()).toMatchObject({ connections: 2, unauthenticatedConnections: 2 })
  })
})
