import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { type Broker, createBroker } from '@heliograph/broker'
import { type Client, connectPerson } from '@heliograph/device-sdk'
import { canSubscribe, type MqttPrincipal } from '@heliograph/protocol'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

type Person = Extract<MqttPrincipal, { kind: 'person' }>

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 10 })
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A page's client on the real broker, with tokens that work as the platform's. */
async function openPage({ latencyMs = (): number => 0 } = {}) {
  const granted = new Map<string, string[]>()
  const refused: string[] = []
  const served: string[] = []
  const person = (clientId: string): Person => ({
    kind: 'person',
    org: 'acme',
    subscribe: granted.get(clientId) ?? [],
    publish: [],
  })
  const broker: Broker<Person> = await createBroker<Person>({
    hooks: {
      authenticate: ({ clientId }) => ({ ok: true, principal: person(clientId), sessionId: clientId }),
      authorizePublish: () => false,
      authorizeSubscribe: ({ principal }, filter) => canSubscribe(principal, filter),
    },
  })
  broker.events.on('refused', ({ reason, topic }) => refused.push(`${reason} ${topic}`))
  const sockets = new Set<Socket>()
  const server = createServer().on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }

  let connections = 0
  const client: Client = connectPerson({
    backoff: { baseMs: 5, maximumMs: 20 },
    tokens: async ({ clientId = `tab-${++connections}`, subscribe }) => {
      await pause(latencyMs())
      granted.set(clientId, subscribe)
      broker.setPrincipal(clientId, person(clientId))
      await pause(latencyMs())
      const expiresAt = new Date(Date.now() + 300_000).toISOString()
      return {
        url: `ws://127.0.0.1:${port}/mqtt`,
        clientId,
        username: 'token',
        password: 'hg_tok_x',
        expiresAt,
      }
    },
  })
  client.on('subscribed', ({ filters }) => served.push(...filters))
  cleanups.push(async () => {
    await client.close({ timeoutMs: 0 })
    await broker.close()
    await new Promise((resolve) => server.close(resolve))
  })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return { client, refused, served, cut }
}

const filterOf = (name: string) => `acme/devices/${name}/telemetry`
const listen = (client: Client, name: string) => client.subscribeRaw(filterOf(name), () => {})

describe('the filters and the token of a page', () => {
  it('asks for a filter that is added as the connection becomes live once the token allows it', async () => {
    const { client, refused, served } = await openPage()
    listen(client, 'a')
    const stop = client.on('state', ({ state }) => {
      if (state !== 'live') return
      stop()
      // As a page that renders when it learns that the connection is live.
      queueMicrotask(() => listen(client, 'b'))
    })
    await eventually(() => expect(new Set(served)).toEqual(new Set(['a', 'b'].map(filterOf))))
    expect(refused).toEqual([])
  })

  it('asks for a filter again only when no narrower token is under way', async () => {
    let latencyMs = 0
    const { client, refused, served } = await openPage({ latencyMs: () => latencyMs })
    listen(client, 'a')
    const stop = listen(client, 'b')
    await eventually(() => expect(served).toHaveLength(2))
    stop()
    await pause(50)
    latencyMs = 60
    const stopOther = listen(client, 'c')
    await pause(50)
    stopOther()
    listen(client, 'b')
    await eventually(() => expect(served.filter((filter) => filter === filterOf('b'))).toHaveLength(2))
    await pause(2 * latencyMs)
    expect(refused).toEqual([])
  })

  it('is refused nothing, and served all, whatever is added, removed and cut while tokens are slow', async () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      pauseMs: fc.constantFrom(0, 0, 5, 25, 40),
      cut: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), fc.gen(), async (steps, gen) => {
        const { client, refused, served, cut } = await openPage({
          latencyMs: () => gen(() => fc.integer({ min: 0, max: 30 })),
        })
        const stops = new Map<string, () => void>()
        for (const { name, pauseMs, cut: cutsNow } of steps) {
          const stop = stops.get(name)
          if (stop === undefined) stops.set(name, listen(client, name))
          else {
            stop()
            stops.delete(name)
          }
          if (cutsNow) cut()
          await pause(pauseMs)
        }
        served.length = 0
        cut()
        await eventually(() =>
          expect(served).toEqual(expect.arrayContaining([...stops.keys()].map(filterOf))),
        )
        expect(refused).toEqual([])
        await client.close({ timeoutMs: 0 })
      }),
      { numRuns: 15 },
    )
  })
})
