import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { type Broker, createBroker } from '@heliograph/broker'
import { connectDevice, connectPerson, type Device } from '@heliograph/device-sdk'
import {
  canPublish,
  canSubscribe,
  command,
  type MqttPrincipal,
  telemetry,
  timedValues,
} from '@heliograph/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 20 })
const address = { org: 'acme', device: 'pump-7' }

/** The real broker behind the real access rules, on real sockets that a test can cut. */
async function startBroker(ports = { tcp: 0, ws: 0 }) {
  const stored: number[] = []
  const broker: Broker<MqttPrincipal> = await createBroker<MqttPrincipal>({
    hooks: {
      authenticate: ({ clientId, username, password }) => {
        if (password?.toString() !== 'right') return { ok: false, reason: 'bad_credentials' }
        const principal: MqttPrincipal =
          username === 'person'
            ? { kind: 'person', org: 'acme', subscribe: ['acme/#'], publish: [] }
            : { kind: 'device', org: 'acme', device: clientId }
        return { ok: true, principal, sessionId: `acme/${principal.kind}/${clientId}` }
      },
      authorizePublish: ({ principal }, topic) => canPublish(principal, topic),
      authorizeSubscribe: ({ principal }, filter) => canSubscribe(principal, filter),
      onPublish: async (_client, { topic, payload }) => {
        await new Promise<void>((resolve) => setImmediate(resolve))
        if (telemetry.match(topic) !== null)
          for (const { values } of timedValues(telemetry.decode(payload))) stored.push(Number(values.level))
        return 'forward' as const
      },
    },
  })
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  }
  const tcp = createTcpServer((socket) => {
    track(socket)
    broker.handleTcp(socket)
  })
  const http = createHttpServer().on('connection', track)
  http.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
  const listen = (server: typeof tcp | typeof http, port: number) =>
    new Promise<number>((resolve) =>
      server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    )
  const used = { tcp: await listen(tcp, ports.tcp), ws: await listen(http, ports.ws) }
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    cut()
    tcp.close()
    http.close()
    await broker.close()
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  cleanups.push(stop)
  return {
    broker,
    stored,
    cut,
    stop,
    ports: used,
    urls: { ws: `ws://127.0.0.1:${used.ws}/mqtt`, tcp: `mqtt://127.0.0.1:${used.tcp}` },
  }
}

function start(url: string, password = 'right'): Device {
  const device = connectDevice({
    ...address,
    url,
    username: 'credential',
    password,
    backoff: { baseMs: 10, maximumMs: 100 },
  })
  cleanups.push(() => device.close({ timeoutMs: 0 }))
  return device
}

describe.each(['ws', 'tcp'] as const)('the device SDK over %s', (transport) => {
  it('has samples acknowledged and sees commands', async () => {
    const { urls, stored, broker } = await startBroker()
    const device = start(urls[transport])
    const commands: string[] = []
    device.subscribe(command, {}, ({ params, payload }) => commands.push(`${params.command} ${payload.name}`))
    await Promise.all([1, 2, 3].map((level) => device.telemetry({ level })))
    expect(stored).toEqual([1, 2, 3])
    const request = command.encode({ name: 'reboot', args: {}, expiresAt: 1 })
    await eventually(async () => {
      await broker.publish({
        topic: command.topic({ ...address, command: 'c1' }),
        payload: Buffer.from(request),
        qos: 1,
      })
      expect(commands[0]).toBe('c1 reboot')
    })
    await eventually(() => expect(device.client.state.latencyMs).not.toBeNull())
  })

  it('loses nothing and keeps the order while its connection is cut again and again', async () => {
    const { urls, stored, cut } = await startBroker()
    const device = start(urls[transport])
    const sent: Promise<void>[] = []
    for (let level = 0; level < 400; level += 1) {
      sent.push(device.telemetry({ level }))
      if (level % 100 === 50) {
        await sent[level - 25]
        cut()
      }
    }
    await Promise.all(sent)
    // Sent again means stored again here, as this broker keeps no table; each for the first time is in order.
    expect([...new Set(stored)]).toEqual(Array.from({ length: 400 }, (_, level) => level))
  })

  it('comes back after the platform was restarted, with what was measured meanwhile', async () => {
    const first = await startBroker()
    const device = start(first.urls[transport])
    await device.telemetry({ level: 0 })
    await first.stop()
    const sent = [1, 2, 3].map((level) => device.telemetry({ level }))
    const second = await startBroker(first.ports)
    await Promise.all(sent)
    expect(second.stored).toEqual([1, 2, 3])
  })

  it('stops at a wrong password', async () => {
    const { urls } = await startBroker()
    const device = start(urls[transport], 'wrong')
    await eventually(() => expect(device.client.state.state).toBe('refused'))
  })
})

describe('a person', () => {
  it('watches a device, and is told of a filter outside the organization', async () => {
    const { urls } = await startBroker()
    const person = connectPerson({
      tokens: async ({ clientId }) => ({
        url: urls.ws,
        clientId: clientId ?? 'tab-1',
        username: 'person',
        password: 'right',
        expiresAt: new Date(Date.now() + 300_000).toISOString(),
      }),
    })
    cleanups.push(() => person.close({ timeoutMs: 0 }))
    const seen: unknown[] = []
    const problems: (string | null)[] = []
    person.on('problem', ({ topic }) => problems.push(topic))
    person.subscribe(telemetry, { org: 'acme' }, ({ params, payload }) =>
      seen.push([params.device, timedValues(payload)]),
    )
    person.subscribe(telemetry, { org: 'globex' }, () => {})
    await eventually(() => expect(problems).toEqual(['globex/devices/+/telemetry']))
    await start(urls.tcp).telemetry({ level: 7 }, { ts: 1_767_225_600_000 })
    await eventually(() =>
      expect(seen).toEqual([['pump-7', [{ ts: 1_767_225_600_000, values: { level: 7 } }]]]),
    )
  })
})
