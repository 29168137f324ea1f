import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Script, scriptedBroker } from '../testing/scripted-broker.js'
import type { Access } from './access.js'
import { Connection, type ConnectionOptions } from './connection.js'
import type { ConnectionState } from './connection-state.js'
import { RefusedError } from './errors.js'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 25_000, interval: 5 })
/** The delay before an attempt that no test waits for. */
const never = 2 ** 30

async function start(
  scripts: Script[],
  options: Partial<ConnectionOptions> = {},
  access?: (normal: Access) => Promise<Access>,
) {
  const broker = await scriptedBroker(scripts)
  cleanups.push(broker.close)
  const normal = { url: broker.url, clientId: 'pump-7', username: 'u', password: 'p' }
  const states: ConnectionState[] = []
  const delaysMs: number[] = []
  const received: string[] = []
  const events: string[] = []
  const connection = new Connection(
    {
      link: { keepAliveSeconds: 60, connectTimeoutMs: 10_000, clean: true },
      backoff: { baseMs: 1, maximumMs: 4 },
      pingIntervalMs: 60_000,
      pingTimeoutMs: 60_000,
      refusalIsFinal: true,
      offlineAfterMs: never,
      ...options,
    },
    {
      access: () => access?.(normal) ?? Promise.resolve(normal),
      onState: (state) => {
        states.push(state)
        if (state.retryAt !== null) delaysMs.push(state.retryAt - Date.now())
      },
      onLink: () => events.push('link'),
      onMessage: ({ topic }) => {
        events.push('message')
        received.push(topic)
      },
      onLost: () => events.push('lost'),
    },
  )
  cleanups.push(() => connection.close())
  connection.retry()
  return { broker, connection, states, delaysMs, received, events }
}

describe('Connection', () => {
  it('doubles the delay after each failed attempt, up to the maximum', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const refusals = Array.from({ length: 5 }, () => ({ connack: 0x88 }))
    const { connection, delaysMs } = await start([...refusals, {}])
    await eventually(() => expect(connection.state.state).toBe('live'))
    expect(delaysMs).toEqual([1, 2, 4, 4, 4])
    expect(connection.state.attempt).toBe(0)
  })

  it('counts a short connection as a failed attempt, and starts anew after a long one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { broker, connection, states } = await start([{}])
    const failures = () => states.filter(({ retryAt }) => retryAt !== null).map(({ attempt }) => attempt)
    const liveAgain = (connections: number) =>
      eventually(() => {
        expect(broker.connections).toHaveLength(connections)
        expect(connection.state.state).toBe('live')
      })
    for (const connections of [1, 2]) {
      await liveAgain(connections)
      broker.connections[connections - 1]?.destroy()
      await eventually(() => expect(failures()).toHaveLength(connections))
    }
    expect(failures()).toEqual([1, 2])
    await liveAgain(3)
    vi.setSystemTime(Date.now() + 10_000)
    broker.connections[2]?.destroy()
    await eventually(() => expect(failures()).toEqual([1, 2, 1]))
  })

  it('connects at once when it is woken while it waits', async () => {
    const { broker, connection } = await start([{ connack: 0x88 }, {}], {
      backoff: { baseMs: never, maximumMs: never },
    })
    await eventually(() => expect(connection.state.attempt).toBe(1))
    expect(broker.connections).toHaveLength(1)
    connection.wake()
    await eventually(() => expect(connection.state.state).toBe('live'))
  })

  it('stays refused when it is woken', async () => {
    const { broker, connection } = await start([{ connack: 0x87 }])
    await eventually(() => expect(connection.state.state).toBe('refused'))
    connection.wake()
    expect(connection.state.state).toBe('refused')
    expect(broker.connections).toHaveLength(1)
  })

  it('replaces a dead connection when it is woken', async () => {
    // The first ping is answered; the connection dies after that.
    const first: Script = {}
    const { broker, connection } = await start([first, {}], { pingTimeoutMs: 30 })
    await eventually(() => expect(connection.state.latencyMs).not.toBeNull())
    first.answerPings = false
    connection.wake()
    await eventually(() => {
      expect(broker.connections).toHaveLength(2)
      expect(connection.state.state).toBe('live')
    })
  })

  it('makes one attempt at a time', async () => {
    let asked = 0
    const { connection, broker } = await start([{}], {}, async (normal) => {
      asked += 1
      return normal
    })
    connection.retry()
    connection.retry()
    await eventually(() => expect(connection.state.state).toBe('live'))
    connection.retry()
    expect(asked).toBe(1)
    expect(broker.connections).toHaveLength(1)
  })

  it('opens no connection when it was closed while it asked for access', async () => {
    let grant = (_access: Access) => {}
    let normal: Access | undefined
    const { connection, broker, states } = await start([{}], {}, (access) => {
      normal = access
      return new Promise((resolve) => {
        grant = resolve
      })
    })
    await connection.close()
    if (normal !== undefined) grant(normal)
    await new Promise((resolve) => setImmediate(resolve))
    expect(broker.connections).toHaveLength(0)
    expect(states.at(-1)?.state).toBe('closed')
  })

  it('ends its attempts when access is refused, also where a refused credential would not end them', async () => {
    const { connection, broker } = await start([{}], { refusalIsFinal: false }, () =>
      Promise.reject(new RefusedError('signed out')),
    )
    await eventually(() => expect(connection.state.state).toBe('refused'))
    expect(connection.state).toMatchObject({ retryAt: null, lastError: { message: 'signed out' } })
    expect(broker.connections).toHaveLength(0)
  })

  it('hands over messages that come with CONNACK after the link', async () => {
    const message = { topic: 'a/b', payload: 'x', qos: 0, dup: false, retain: false } as const
    const { received, events } = await start([{ withConnack: [{ cmd: 'publish', ...message }] }])
    await eventually(() => expect(received).toEqual(['a/b']))
    expect(events).toEqual(['link', 'message'])
  })

  it('counts a connection that ends with its CONNACK as lost', async () => {
    const { connection, broker } = await start([{ closeAfterConnack: true }, {}])
    await eventually(() => {
      expect(broker.connections).toHaveLength(2)
      expect(connection.state.state).toBe('live')
    })
  })

  it('says in the platform’s words why it ended a connection, and why it refused one', async () => {
    const connackProperties = { reasonString: 'the credential has expired' }
    const { broker, connection, states } = await start([{}, { connack: 0x87, connackProperties }])
    await eventually(() => expect(connection.state.state).toBe('live'))
    const properties = { reasonString: 'disconnected by an administrator' }
    broker.connections[0]?.send({ cmd: 'disconnect', reasonCode: 0x98, properties })
    broker.connections[0]?.end()
    await eventually(() => expect(connection.state.state).toBe('refused'))
    expect(states.map(({ lastError }) => lastError?.message)).toContain('disconnected by an administrator')
    expect(connection.state.lastError).toMatchObject({
      name: 'RefusedError',
      message: 'the credential has expired',
      reasonCode: 0x87,
      reasonString: 'the credential has expired',
    })
  })

  it('tells once that a link was lost, and nothing after it was closed', async () => {
    const { broker, connection, events, states } = await start([{}])
    await eventually(() => expect(connection.state.state).toBe('live'))
    broker.connections[0]?.destroy()
    await eventually(() => expect(events).toEqual(['link', 'lost', 'link']))
    await connection.close()
    await connection.close()
    expect(events).toEqual(['link', 'lost', 'link', 'lost'])
    expect(states.filter(({ state }) => state === 'closed')).toHaveLength(1)
  })
})
