import {
  type Channel,
  type ChannelParameters,
  type DeviceEvent,
  events,
  type ReportedState,
  reported,
  type TelemetryValues,
  telemetry,
} from '@heliograph/protocol'
import { Client, type PublishOptions } from '../client/client.js'
import type { Unsubscribe } from '../client/emitter.js'
import { type CommonOptions, clientOptions } from '../client/options.js'
import type { Received } from '../client/subscriptions.js'
import type { Qos } from '../connection/link.js'
import { risingClock } from './rising-clock.js'

export interface DeviceOptions extends CommonOptions {
  /** Where to connect: `ws://…/mqtt`, `wss://…`, and outside browsers `mqtt://…` and `mqtts://…`. */
  url?: string
  /** The addresses that a credential is issued with. Without `url`, MQTT over TCP is preferred outside browsers. */
  urls?: { ws: string; tcp: string | null }
  org: string
  device: string
  username: string
  password: string
  /** The device's id (the default), or the id with `:` and a suffix. */
  clientId?: string
  /** False makes a stored session: the broker keeps subscriptions and commands while the device is away. True by default. */
  clean?: boolean
  /** A private certificate authority (PEM), outside browsers. */
  ca?: string
}

type Own = 'org' | 'device'
/** The parameters of a channel without organization and device. */
export type DeviceParameters<Address extends string> = Omit<ChannelParameters<Address>, Own>

/**
 * Connects a device. Returns at once; `client.state` and the event `state` tell whether it is connected. Messages
 * that are published before wait in the offline buffer.
 *
 *     const pump = connectDevice({ ...issuedCredential, org: 'acme', device: 'pump-7' })
 *     await pump.telemetry({ temperature: 21.5 })
 */
export function connectDevice(options: DeviceOptions): Device {
  return new Device(options)
}

export class Device {
  /** The client behind this device: any channel, any parameters, state, statistics and events. */
  readonly client: Client
  readonly org: string
  readonly id: string
  readonly #now = risingClock()

  constructor(options: DeviceOptions) {
    const { org, device, username, password, clientId = device } = options
    this.org = org
    this.id = device
    const url = checkedUrl(options.url ?? preferredUrl(options.urls))
    const link = { clean: options.clean ?? true, ...(options.ca === undefined ? {} : { ca: options.ca }) }
    this.client = new Client(clientOptions(options, deviceDefaults, link), {
      access: async () => ({ url, clientId, username, password }),
    })
  }

  /** Publishes measured values with a time, now by default, so that a sample that is sent twice is stored once. */
  telemetry(values: TelemetryValues, options: PublishOptions & { ts?: number } = {}): Promise<void> {
    return this.client.publish(telemetry, this.#own, { ts: options.ts ?? this.#now(), values }, options)
  }

  /** Publishes to a channel of this device; see `Client.publish`. */
  publish<const Address extends string, Payload>(
    channel: Channel<Address, Payload>,
    params: DeviceParameters<Address>,
    payload: Payload,
    options?: PublishOptions,
  ): Promise<void> {
    return this.client.publish(channel, this.#complete<Address>(params), payload, options)
  }

  /** Listens to a channel of this device; see `Client.subscribe`. */
  subscribe<const Address extends string, Payload>(
    channel: Channel<Address, Payload>,
    params: Partial<DeviceParameters<Address>>,
    handler: (message: Received<ChannelParameters<Address>, Payload>) => void,
    options?: { qos?: Qos },
  ): Unsubscribe {
    const complete = this.#complete<Address>(params)
    return this.client.subscribe(channel, complete, handler, options)
  }

  /** Publishes an event, with the current time unless it has one. */
  event(event: DeviceEvent): Promise<void> {
    return this.client.publish(events, this.#own, { ts: this.#now(), ...event })
  }

  /** Publishes changes of the device's reported state, as a JSON merge patch. */
  report(patch: ReportedState): Promise<void> {
    return this.client.publish(reported, this.#own, patch)
  }

  /** Disconnects; see `Client.close`. */
  close(options?: { timeoutMs?: number }): Promise<void> {
    return this.client.close(options)
  }

  get #own(): Record<Own, string> {
    return { org: this.org, device: this.id }
  }

  /** Adds organization and device. The cast holds because `rest` has all other parameters of the address. */
  #complete<Address extends string>(rest: object): ChannelParameters<Address> {
    return { ...rest, ...this.#own } as ChannelParameters<Address>
  }
}

const deviceDefaults = {
  keepAliveSeconds: 60,
  pingIntervalMs: 20_000,
  backoffMaximumMs: 60_000,
  refusalIsFinal: true,
}

const inBrowser = () => typeof window !== 'undefined'

function preferredUrl(urls: DeviceOptions['urls']): string {
  if (urls === undefined)
    throw new TypeError('connectDevice needs `url`, or the `urls` of a credential, to know where to connect')
  return inBrowser() ? urls.ws : (urls.tcp ?? urls.ws)
}

function checkedUrl(url: string): string {
  const schemes = inBrowser() ? ['ws:', 'wss:'] : ['ws:', 'wss:', 'mqtt:', 'mqtts:']
  const scheme = URL.canParse(url) ? new URL(url).protocol : null
  if (scheme !== null && schemes.includes(scheme)) return url
  throw new TypeError(
    `${JSON.stringify(url)} is not a valid address: it must begin with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  )
}
