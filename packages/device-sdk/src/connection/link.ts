import type { UserProperties } from '@heliograph/protocol'
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient, type Packet } from 'mqtt'
import type { Access, LinkOptions } from './access.js'
import { RefusedError, toError } from './errors.js'

export type Qos = 0 | 1

export interface IncomingMessage {
  topic: string
  payload: Uint8Array
  retained: boolean
  /** Those of the publisher, and behind them those of the platform. */
  userProperties: UserProperties
}

export interface LinkEvents {
  onMessage(message: IncomingMessage): void
  /** Called once when the link is lost, and not after `end` or `drop`. */
  onLost(error: Error | null): void
}

/** One MQTT connection, from CONNACK to its end. It never comes back: the next attempt is a new link. */
export interface Link {
  /**
   * Resolves when the message is acknowledged (QoS 1) or written (QoS 0); never when the link is lost before. Rejects with a
   * RefusedError when the broker refuses the message, or takes no packets of its size.
   */
  publish(topic: string, payload: Uint8Array, options: { qos: Qos; retain: boolean }): Promise<void>
  /** Resolves with the filters that the broker denied. */
  subscribe(filters: Iterable<[filter: string, qos: Qos]>): Promise<string[]>
  /** Resolves when the broker acknowledged it; never when the link is lost before. */
  unsubscribe(filters: string[]): Promise<void>
  /** Resolves at PINGRESP with the round trip in milliseconds; never when the link is lost before. */
  ping(): Promise<number>
  /** How many messages of QoS 1 may be unacknowledged at once: the broker's Receive Maximum (MQTT 5, 3.2.2.3.3). */
  readonly receiveMaximum: number
  /** When the last packet came from the broker, by `performance.now()`. */
  readonly lastReceivedAt: number
  /** Sends DISCONNECT, then closes. */
  end(): Promise<void>
  /** Closes the socket at once. */
  drop(): void
}

/** mqtt waits for acknowledgements before it sends DISCONNECT, and they may never come. */
const disconnectTimeoutMs = 500
/** MQTT 5, 3.1.2.11.2: the session does not expire, unless the server bounds it. */
const forever = 0xffff_ffff
/** So many topics the platform may send by a number instead of their name. */
const topicAliasMaximum = 16
const unlimited = Number.POSITIVE_INFINITY
/** Of a PUBLISH without properties, besides topic and payload (MQTT 5, 3.3.2): fixed header, lengths, packet id. */
const headBytes = 10
const utf8 = new TextEncoder()
const none: UserProperties = {}

/** Opens one link. Rejects with a RefusedError when the broker refuses for good, and with the cause after any other failure. */
export function openLink(access: Access, options: LinkOptions, events: LinkEvents): Promise<Link> {
  return new Promise((resolve, reject) => {
    const client = mqtt.connect(access.url, clientOptions(access, options))
    let live = false
    let over = false
    let lastError: Error | null = null
    let reasonString: string | null = null

    const finish = (error: Error | null) => {
      if (over) return
      over = true
      client.end(true)
      if (live) events.onLost(error)
      else reject(error ?? new Error(`No connection to ${access.url}`))
    }
    // The error of a refused connection does not have the words of its CONNACK.
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack') reasonString = reasonStringOf(packet)
    })
    client.on('error', (error) => {
      lastError = live ? toError(error) : (refusalOf(error, reasonString) ?? toError(error))
      if (!live) finish(lastError)
    })
    client.on('disconnect', (packet) => {
      lastError = new Error(reasonStringOf(packet) ?? 'The platform ended the connection')
    })
    client.on('close', () => finish(lastError))
    client.on('message', (topic, payload, packet) => {
      const userProperties = packet.properties?.userProperties ?? none
      if (!over) events.onMessage({ topic, payload, retained: packet.retain, userProperties })
    })
    client.on('connect', (connack) => {
      live = true
      resolve(linkOf(client, connack, () => (over = true)))
    })
  })
}

function clientOptions(access: Access, options: LinkOptions): IClientOptions {
  return {
    clientId: access.clientId,
    username: access.username,
    password: access.password,
    protocolVersion: 5,
    clean: options.clean,
    // A stored session is kept for as long as the platform allows.
    properties: { sessionExpiryInterval: options.clean ? 0 : forever, topicAliasMaximum },
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

/** Codes of CONNACK (MQTT 5, 3.2.2.2) that the same CONNECT would get again. Servers without MQTT 5 answer with 1. */
const finalCodes = new Set([1, 0x81, 0x82, 0x84, 0x85, 0x86, 0x87, 0x8c, 0x90, 0x95])

function refusalOf(error: unknown, reasonString: string | null): RefusedError | null {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'number' || !finalCodes.has(code)) return null
  return new RefusedError(reasonString ?? toError(error).message, code, reasonString)
}

function reasonStringOf(packet: Packet | undefined): string | null {
  const properties = packet !== undefined && 'properties' in packet ? packet.properties : undefined
  return (properties as { reasonString?: string } | undefined)?.reasonString ?? null
}

function linkOf(client: MqttClient, { properties }: IConnackPacket, markOver: () => void): Link {
  const { receiveMaximum = unlimited, maximumPacketSize = unlimited } = properties ?? {}
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
    receiveMaximum,
    get lastReceivedAt() {
      return lastReceivedAt
    },
    publish: (topic, payload, { qos, retain }) =>
      new Promise((resolve, reject) => {
        if (payload.length + utf8.encode(topic).length + headBytes > maximumPacketSize)
          return reject(new RefusedError(`The message is larger than ${maximumPacketSize} bytes`, 0x95))
        client.publish(topic, asBuffer(payload), { qos, retain }, (error, packet) => {
          if (!error) return resolve()
          // Every other error is the end of the link.
          if (!('code' in error) || typeof error.code !== 'number' || error.code < 0x80) return
          const reasonString = reasonStringOf(packet)
          reject(new RefusedError(reasonString ?? error.message, error.code, reasonString))
        })
      }),
    subscribe: (filters) =>
      new Promise((resolve) => {
        const asked = Object.fromEntries([...filters].map(([filter, qos]) => [filter, { qos }]))
        const names = Object.keys(asked)
        if (names.length === 0) return resolve([])
        client.subscribe(asked, (_error, _granted, packet) => {
          const codes = packet?.granted
          if (codes) resolve(names.filter((_, index) => Number(codes[index]) >= 0x80))
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
