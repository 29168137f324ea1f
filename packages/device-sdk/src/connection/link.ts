import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { Access, LinkOptions } from './access.js'
import { RefusedError, toError } from './errors.js'

export type Qos = 0 | 1

export interface IncomingMessage {
  topic: string
  payload: Uint8Array
  retained: boolean
}

export interface LinkEvents {
  onMessage(message: IncomingMessage): void
  /** Called once when the link is lost, and not after `end` or `drop`. */
  onLost(error: Error | null): void
}

/** One MQTT connection, from CONNACK to its end. It never comes back: the next attempt is a new link. */
export interface Link {
  /** Resolves when the message is acknowledged (QoS 1) or written (QoS 0); never when the link is lost before. */
  publish(topic: string, payload: Uint8Array, options: { qos: Qos; retain: boolean }): Promise<void>
  /** Resolves with the filters that the broker denied. */
  subscribe(filters: Iterable<[filter: string, qos: Qos]>): Promise<string[]>
  /** Resolves when the broker acknowledged it; never when the link is lost before. */
  unsubscribe(filters: string[]): Promise<void>
  /** Resolves at PINGRESP with the round trip in milliseconds; never when the link is lost before. */
  ping(): Promise<number>
  /** When the last packet came from the broker, by `performance.now()`. */
  readonly lastReceivedAt: number
  /** Sends DISCONNECT, then closes. */
  end(): Promise<void>
  /** Closes the socket at once. */
  drop(): void
}

/** mqtt waits for acknowledgements before it sends DISCONNECT, and they may never come. */
const disconnectTimeoutMs = 500

/** Opens one link. Rejects with a RefusedError when the broker refuses for good, and with the cause after any other failure. */
export function openLink(access: Access, options: LinkOptions, events: LinkEvents): Promise<Link> {
  return new Promise((resolve, reject) => {
    const client = mqtt.connect(access.url, clientOptions(access, options))
    let live = false
    let over = false
    let lastError: Error | null = null

    const finish = (error: Error | null) => {
      if (over) return
      over = true
      client.end(true)
      if (live) events.onLost(error)
      else reject(error ?? new Error(`No connection to ${access.url}`))
    }
    client.on('error', (error) => {
      lastError = refusal(error) ?? toError(error)
      if (!live) finish(lastError)
    })
    client.on('close', () => finish(lastError))
    client.on('message', (topic, payload, packet) => {
      if (!over) events.onMessage({ topic, payload, retained: packet.retain })
    })
    client.on('connect', () => {
      live = true
      resolve(linkOf(client, () => (over = true)))
    })
  })
}

function clientOptions(access: Access, options: LinkOptions): IClientOptions {
  return {
    clientId: access.clientId,
    username: access.username,
    password: access.password,
    protocolVersion: 4,
    clean: options.clean,
    keepalive: options.keepAliveSeconds,
    connectTimeout: options.connectTimeoutMs,
    // `Connection` reconnects, and `Client` keeps subscriptions and unsent messages.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // The default variant makes a worker from a blob, which a strict content security policy forbids.
    timerVariant: 'native',
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  }
}

function refusal(error: unknown): RefusedError | null {
  const code = (error as { code?: unknown }).code
  // Code 3, "server unavailable", is temporary.
  if (code !== 1 && code !== 2 && code !== 4 && code !== 5) return null
  return new RefusedError(toError(error).message, code)
}

function linkOf(client: MqttClient, markOver: () => void): Link {
  let lastReceivedAt = performance.now()
  let pings: { sentAt: number; answer: (latencyMs: number) => void }[] = []
  client.on('packetreceive', (packet) => {
    lastReceivedAt = performance.now()
    if (packet.cmd !== 'pingresp') return
    const answered = pings
    pings = []
    for (const ping of answered) ping.answer(lastReceivedAt - ping.sentAt)
  })

  return {
    get lastReceivedAt() {
      return lastReceivedAt
    },
    publish: (topic, payload, { qos, retain }) =>
      new Promise((resolve) => {
        client.publish(topic, asBuffer(payload), { qos, retain }, (error) => {
          if (!error) resolve()
        })
      }),
    subscribe: (filters) =>
      new Promise((resolve) => {
        const asked = Object.fromEntries([...filters].map(([filter, qos]) => [filter, { qos }]))
        const names = Object.keys(asked)
        if (names.length === 0) return resolve([])
        client.subscribe(asked, (_error, _granted, packet) => {
          const codes = packet?.granted
          if (codes) resolve(names.filter((_, index) => Number(codes[index]) === 0x80))
        })
      }),
    unsubscribe: (filters) =>
      new Promise((resolve) => {
        client.unsubscribe(filters, (error) => {
          if (!error) resolve()
        })
      }),
    ping: () =>
      new Promise((answer) => {
        pings.push({ sentAt: performance.now(), answer })
        client.sendPing()
      }),
    end: () => {
      markOver()
      return new Promise((resolve) => {
        const timer = setTimeout(() => client.stream.destroy(), disconnectTimeoutMs)
        client.end(false, () => {
          clearTimeout(timer)
          resolve()
        })
      })
    },
    drop: () => {
      markOver()
      client.end(true)
    },
  }
}

/** mqtt declares Buffer and accepts any bytes, in browsers too, which have no Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return bytes as Buffer
}
