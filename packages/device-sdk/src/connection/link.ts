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
  /** Called once, when the link is gone for whatever reason but `end` and `drop`. */
  onLost(error: Error | null): void
}

/** One MQTT connection, from CONNACK to its end. It never comes back: the next attempt is a new link. */
export interface Link {
  /** Resolves when the message is acknowledged (QoS 1) or written (QoS 0); never when the link is lost before. */
  publish(topic: string, payload: Uint8Array, options: { qos: Qos; retain: boolean }): Promise<void>
  /** Resolves with the filters that the broker denied. */
  subscribe(filters: Iterable<[filter: string, qos: Qos]>): Promise<string[]>
  unsubscribe(filters: string[]): void
  /** Resolves at the answer with the round trip in milliseconds; never when the link is lost before. */
  ping(): Promise<number>
  /** When anything last came from the broker, by `performance.now()`. */
  readonly lastReceivedAt: number
  /** Says goodbye (DISCONNECT), then closes. */
  end(): Promise<void>
  /** Closes without a word, as when the other side seems dead. */
  drop(): void
}

const goodbyeTimeoutMs = 500

/** Opens one link. Rejects with a RefusedError when the broker refuses for good, else with what went wrong. */
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
    // Attempts, subscriptions and unsent messages are kept by the layers above.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // The worker of the default variant is made from a blob, which a strict content security policy forbids.
    timerVariant: 'native',
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  }
}

function refusal(error: unknown): RefusedError | null {
  const code = (error as { code?: unknown }).code
  // 3 is "server unavailable", which passes.
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
    unsubscribe: (filters) => void client.unsubscribe(filters, () => {}),
    ping: () =>
      new Promise((answer) => {
        pings.push({ sentAt: performance.now(), answer })
        client.sendPing()
      }),
    end: () => {
      markOver()
      return new Promise((resolve) => {
        // mqtt waits for what is unacknowledged before it says goodbye, which may never come.
        const impatience = setTimeout(() => client.stream.destroy(), goodbyeTimeoutMs)
        client.end(false, () => {
          clearTimeout(impatience)
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

/** mqtt is typed for Buffer and takes any bytes, in the browser too, where there is no Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return bytes as Buffer
}
