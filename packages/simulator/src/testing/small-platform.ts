import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Broker, createBroker } from '@heliograph/broker'
import {
  canPublish,
  type Device,
  deviceChannels,
  IssuedCredential,
  type MqttPrincipal,
} from '@heliograph/protocol'

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export interface PlatformScript {
  /** Answers a request instead of the platform; undefined leaves it to the platform. */
  answer?(request: {
    method: string
    path: string
    count: number
  }): Answer | undefined | Promise<Answer | undefined>
  /** True switches MQTT over TCP off. */
  withoutTcp?: boolean
}

const org = 'acme'
const secret = 'secret'

/**
 * The part of the platform that a simulator needs, in memory: three calls of REST over HTTP, and the real broker over
 * WebSocket and TCP, where a device connects with its id as user name.
 */
export async function smallPlatform({ answer, withoutTcp = false }: PlatformScript = {}) {
  const devices = new Map<string, Record<string, unknown>>()
  const requests: string[] = []
  const published: { topic: string; payload: string }[] = []
  const http = createServer(async (request, response) => {
    const method = request.method ?? ''
    const path = request.url ?? ''
    requests.push(`${method} ${path}`)
    const scripted = await answer?.({ method, path, count: requests.length })
    send(response, scripted ?? (await normal(request)))
  })
  const broker: Broker<MqttPrincipal> = await createBroker<MqttPrincipal>({
    hooks: {
      authenticate: ({ clientId, username, password }) => {
        if (!devices.has(username ?? '') || password?.toString() !== secret)
          return { ok: false, reason: 'bad_credentials' }
        const principal = { kind: 'device', org, device: clientId } as const
        return { ok: true, principal, sessionId: clientId }
      },
      authorizePublish: ({ principal }, topic) => canPublish(principal, topic),
      authorizeSubscribe: () => false,
      onPublish: (_client, { topic, payload }) => {
        published.push({ topic, payload: payload.toString() })
        return 'forward'
      },
    },
  })
  const sockets = new Set<Duplex>()
  http.on('upgrade', (request, socket, head) => {
    sockets.add(socket)
    broker.handleUpgrade(request, socket, head)
  })
  const tcp = createTcpServer((socket) => broker.handleTcp(socket))
  const [httpPort, tcpPort] = [await listen(http), await listen(tcp)]
  const urls = {
    ws: `ws://127.0.0.1:${httpPort}/mqtt`,
    tcp: withoutTcp ? null : `mqtt://127.0.0.1:${tcpPort}`,
  }

  async function normal(request: IncomingMessage): Promise<Answer> {
    const [, , , , encodedId = '', action] = request.url?.split('/') ?? []
    const id = decodeURIComponent(encodedId)
    if (request.method === 'DELETE') return devices.delete(id) ? { status: 204 } : { status: 404 }
    if (action === 'credentials') return { status: 201, body: credentialOf(id, urls) }
    const input = JSON.parse(await textOf(request))
    devices.set(input.id, input)
    return { status: 201, body: deviceOf(input) }
  }

  return {
    url: `http://127.0.0.1:${httpPort}`,
    devices,
    requests,
    published,
    /** Ends all connections of devices; the broker goes on. */
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: async () => {
      await broker.close()
      http.closeAllConnections()
      await Promise.all([http, tcp].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** The credential that the platform issues for a device. */
export function credentialOf(device: string, urls: IssuedCredential['urls']): IssuedCredential {
  const parameters = { org, device }
  return IssuedCredential.parse({
    id: device,
    name: null,
    createdAt: '2026-01-01T00:00:00Z',
    expiresAt: null,
    clientId: device,
    username: device,
    password: secret,
    urls,
    topics: Object.fromEntries(
      Object.entries(deviceChannels).map(([name, channel]) => [name, channel.filter(parameters)]),
    ),
  })
}

function deviceOf(input: Pick<Device, 'id' | 'name' | 'tags' | 'expectedIntervalSeconds'>): Device {
  return {
    ...input,
    type: null,
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
    status: 'never',
    connection: { connected: false, since: null, reason: null },
    lastMessageAt: null,
    telemetry: { droppedMessages: 0, clockSkewMs: null, clockNotSet: false },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += part
  return text
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? '' : JSON.stringify(body))
}

function listen(server: {
  listen(port: number, host: string, done: () => void): unknown
  address(): unknown
}) {
  return new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
}
