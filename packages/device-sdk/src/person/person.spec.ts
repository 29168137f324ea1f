import { telemetry } from '@heliograph/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '../client/client.js'
import { RefusedError } from '../connection/errors.js'
import { type Script, scriptedBroker } from '../testing/scripted-broker.js'
import { connectPerson, type TokenRequest } from './person.js'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 25_000, interval: 10 })

async function start(
  scripts: Script[],
  token: (call: number) => { lifeMs?: number; fails?: Error } = () => ({}),
) {
  const broker = await scriptedBroker(scripts)
  cleanups.push(broker.close)
  const requests: TokenRequest[] = []
  const client: Client = connectPerson({
    backoff: { baseMs: 5, maximumMs: 20 },
    tokens: async (request) => {
      requests.push(request)
      const { lifeMs = 300_000, fails } = token(requests.length)
      if (fails !== undefined) throw fails
      return {
        url: broker.url,
        clientId: request.clientId ?? `tab-${requests.length}`,
        username: 'token',
        password: `hg_tok_${requests.length}`,
        expiresAt: new Date(Date.now() + lifeMs).toISOString(),
      }
    },
  })
  cleanups.push(() => client.close({ timeoutMs: 0 }))
  return { broker, client, requests }
}

const filterOf = (device: string) => `acme/devices/${device}/telemetry`
const listenTo = (client: Client, device: string) =>
  client.subscribe(telemetry, { org: 'acme', device }, () => {})

describe('connectPerson', () => {
  it('fetches one token for all filters of the start', async () => {
    const { broker, client, requests } = await start([{}])
    listenTo(client, 'a')
    listenTo(client, 'b')
    await eventually(() => expect(broker.subscribed).toEqual([[filterOf('a'), filterOf('b')]]))
    expect(requests).toEqual([{ subscribe: [filterOf('a'), filterOf('b')] }])
  })

  it('widens the token of the live connection before it subscribes to several more filters', async () => {
    const { broker, client, requests } = await start([{}])
    listenTo(client, 'a')
    await eventually(() => expect(broker.subscribed).toHaveLength(1))
    listenTo(client, 'b')
    listenTo(client, 'c')
    await eventually(() => expect(broker.subscribed.flat()).toEqual(['a', 'b', 'c'].map(filterOf)))
    expect(requests[1]).toEqual({ clientId: 'tab-1', subscribe: ['a', 'b', 'c'].map(filterOf) })
    expect(requests).toHaveLength(2)
    expect(broker.connections).toHaveLength(1)
  })

  it('fetches no token for a filter that the token covers already', async () => {
    const { broker, client, requests } = await start([{}])
    const stop = listenTo(client, 'a')
    await eventually(() => expect(broker.subscribed).toHaveLength(1))
    stop()
    listenTo(client, 'a')
    await eventually(() => expect(broker.subscribed).toHaveLength(2))
    expect(requests).toHaveLength(1)
  })

  it('renews before the token ends, on the same connection', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true })
    const { broker, client, requests } = await start([{}])
    // The timeout of an unanswered ping would run on the fake clock too.
    await eventually(() => expect(client.state.latencyMs).not.toBeNull())
    await vi.advanceTimersByTimeAsync(0.69 * 300_000)
    expect(requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(0.02 * 300_000)
    expect(requests[1]).toMatchObject({ clientId: 'tab-1' })
    expect(broker.connections).toHaveLength(1)
  })

  it('repeats a failed renewal', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true })
    const fails = new Error('away')
    const { client, requests } = await start([{}], (call) => (call === 2 ? { fails } : {}))
    // The timeout of an unanswered ping would run on the fake clock too.
    await eventually(() => expect(client.state.latencyMs).not.toBeNull())
    await vi.advanceTimersByTimeAsync(0.75 * 300_000)
    expect(requests).toHaveLength(3)
    expect(client.state.state).toBe('live')
  })

  it('comes back with a new token', async () => {
    const { broker, client, requests } = await start([{}])
    listenTo(client, 'a')
    await eventually(() => expect(broker.subscribed).toHaveLength(1))
    broker.connections[0]?.destroy()
    await eventually(() => expect(broker.subscribed).toHaveLength(2))
    expect(requests[1]).toEqual({ subscribe: [filterOf('a')] })
    expect(broker.connections[1]?.connect.password?.toString()).toBe('hg_tok_2')
  })

  it('keeps trying while no token can be fetched', async () => {
    const { client, requests } = await start([{}], (call) => (call < 3 ? { fails: new Error('503') } : {}))
    await eventually(() => expect(client.state.state).toBe('live'))
    expect(requests).toHaveLength(3)
  })

  it('fetches a new token when one was refused, as after the computer slept', async () => {
    const { client, requests } = await start([{ connack: 0x87 }, { connack: 0x86 }, {}])
    await eventually(() => expect(client.state.state).toBe('live'))
    expect(requests).toHaveLength(3)
  })

  it('stops when the platform refuses a token, as after sign-out', async () => {
    const { broker, client, requests } = await start([{}], (call) =>
      call === 2 ? { fails: new RefusedError('signed out') } : {},
    )
    await eventually(() => expect(client.state.state).toBe('live'))
    broker.connections[0]?.destroy()
    await eventually(() => expect(client.state.state).toBe('refused'))
    expect(requests).toHaveLength(2)
    client.retry()
    await eventually(() => expect(client.state.state).toBe('live'))
  })
})
