import type { Channel, ChannelParameters } from '@heliograph/protocol'
import type { Access } from '../connection/access.js'
import { Connection, type ConnectionOptions } from '../connection/connection.js'
import type { ConnectionState } from '../connection/connection-state.js'
import { ClosedError, DroppedError, SubscriptionDeniedError, toError } from '../connection/errors.js'
import type { IncomingMessage, Link, Qos } from '../connection/link.js'
import { onWake } from '../connection/wake.js'
import { Emitter, type Unsubscribe } from './emitter.js'
import { type BufferLimits, OfflineBuffer, type Outgoing } from './offline-buffer.js'
import { type SubscriptionAccess, SubscriptionRequests } from './subscription-requests.js'
import { channelListener, type Listener, type Received, Subscriptions } from './subscriptions.js'

export interface ClientOptions extends ConnectionOptions {
  offlineBuffer: BufferLimits
}

export interface ClientHooks {
  access(): Promise<Access>
  onLink?(access: Access): void
  /** What a live connection may subscribe to, when that changes. */
  subscriptionAccess?: SubscriptionAccess
}

export interface ClientEvents {
  state: ConnectionState
  /** A message was dropped from the full offline buffer. `total` counts all dropped messages. */
  dropped: { topic: string; total: number }
  /** The broker granted these filters. Emitted after each connection and each new listener. */
  subscribed: { filters: string[] }
  /** An error that no caller can catch: a message that does not fit its channel, or a denied filter. */
  problem: { error: Error; topic: string | null }
}

export interface ClientStats {
  /** Messages handed to `publish`. */
  published: number
  /** Acknowledged (QoS 1) or written to the socket (QoS 0). */
  acknowledged: number
  /** Refused by the platform, with a reason. */
  refused: number
  /** Waiting for a connection, or sent and not acknowledged. */
  buffered: number
  dropped: number
  received: number
}

export interface PublishOptions {
  /** The channel's QoS by default. QoS 2 is not offered: a sample that is sent twice is stored once. */
  qos?: Qos
  retain?: boolean
}

/** How many messages may be unacknowledged at once, unless the platform takes fewer; the others wait in the buffer. */
const windowSize = 128

/** A typed MQTT client that reconnects, resubscribes and buffers. Made by `connectDevice` and `connectPerson`. */
export class Client {
  readonly #connection: Connection
  readonly #buffer: OfflineBuffer
  readonly #subscriptions = new Subscriptions()
  readonly #emitter = new Emitter<ClientEvents>()
  readonly #stopWaking: () => void
  readonly #counts = { published: 0, acknowledged: 0, refused: 0, dropped: 0, received: 0 }
  #requests: SubscriptionRequests | null = null
  #onEmpty: (() => void) | null = null

  constructor(
    options: ClientOptions,
    private readonly hooks: ClientHooks,
  ) {
    this.#buffer = new OfflineBuffer(options.offlineBuffer)
    this.#connection = new Connection(options, {
      access: () => hooks.access(),
      onState: (state) => this.#emitter.emit('state', state),
      onLink: (link, access) => this.#linked(link, access),
      onMessage: (message) => this.#receive(message),
      onLost: () => this.#lost(),
    })
    this.#stopWaking = onWake(() => this.#connection.wake())
    this.#connection.retry()
  }

  get state(): ConnectionState {
    return this.#connection.state
  }

  get stats(): ClientStats {
    return { ...this.#counts, buffered: this.#buffer.size }
  }

  /** The topic filters that have a listener now, and those that the broker may still hold for this connection. */
  get filters(): string[] {
    return [...new Set([...this.#subscriptions.filters().keys(), ...(this.#requests?.leaving ?? [])])]
  }

  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
  ): Unsubscribe {
    return this.#emitter.on(name, listener)
  }

  /**
   * Publishes a payload after the check by its channel; throws a PayloadError when it does not pass.
   * Resolves when the message is acknowledged (QoS 1) or written (QoS 0), however long the connection
   * is away meanwhile. Rejects with a RefusedError when the platform refuses the message, with a DroppedError when the full
   * offline buffer drops it, and with a ClosedError after `close()`. The promise may be ignored: its rejection is never "unhandled".
   */
  publish<const Address extends string, Payload>(
    channel: Channel<Address, Payload>,
    params: ChannelParameters<Address>,
    payload: Payload,
    options: PublishOptions = {},
  ): Promise<void> {
    const topic = channel.topic(params)
    const bytes = channel.encode(payload)
    const qos = options.qos ?? (channel.qos === 0 ? 0 : 1)
    const done = new Promise<void>((resolve, reject) => {
      const settle = (error?: Error) => (error === undefined ? resolve() : reject(error))
      this.#enqueue({ topic, payload: bytes, qos, retain: options.retain ?? false, settle })
    })
    done.catch(() => {})
    return done
  }

  /**
   * Listens to all topics of a channel that match; parameters left out match anything. Messages arrive
   * decoded; a payload that cannot be decoded is a `problem` event. Call the returned function to stop.
   */
  subscribe<const Address extends string, Payload>(
    channel: Channel<Address, Payload>,
    params: Partial<ChannelParameters<Address>>,
    handler: (message: Received<ChannelParameters<Address>, Payload>) => void,
    options: { qos?: Qos } = {},
  ): Unsubscribe {
    const qos = options.qos ?? (channel.qos === 0 ? 0 : 1)
    const report = (error: Error, topic: string) => this.#emitter.emit('problem', { error, topic })
    return this.#listen(channelListener(channel, channel.filter(params), qos, handler, report))
  }

  /** Listens to a topic filter, without decoding. Call the returned function to stop. */
  subscribeRaw(
    filter: string,
    handler: (message: IncomingMessage & { receivedAt: number }) => void,
    options: { qos?: Qos } = {},
  ): Unsubscribe {
    const deliver = (message: IncomingMessage, receivedAt: number) => handler({ ...message, receivedAt })
    return this.#listen({ filter, qos: options.qos ?? 0, deliver })
  }

  /** Connects now instead of at `retryAt`, also after a refusal. */
  retry(): void {
    this.#connection.retry()
  }

  /** Waits up to `timeoutMs` for acknowledgements, then disconnects. Messages without one are rejected. */
  async close({ timeoutMs = 2_000 }: { timeoutMs?: number } = {}): Promise<void> {
    this.#stopWaking()
    if (this.#connection.link !== null) await this.#emptied(timeoutMs)
    const ended = this.#connection.close()
    for (const message of this.#buffer.drain()) message.settle(new ClosedError())
    await ended
  }

  #enqueue(message: Outgoing): void {
    if (this.state.state === 'closed') {
      message.settle(new ClosedError())
      return
    }
    this.#counts.published += 1
    for (const dropped of this.#buffer.add(message)) {
      this.#counts.dropped += 1
      dropped.settle(
        new DroppedError(`The offline buffer is full; a message to ${dropped.topic} was dropped`),
      )
      this.#emitter.emit('dropped', { topic: dropped.topic, total: this.#counts.dropped })
    }
    this.#flush()
  }

  #flush(): void {
    const { link } = this.#connection
    if (link === null) return
    while (this.#buffer.underWay < Math.min(windowSize, link.receiveMaximum)) {
      const message = this.#buffer.take()
      if (message === undefined) return
      const { qos, retain } = message
      void link.publish(message.topic, message.payload, { qos, retain }).then(
        () => this.#decided(message),
        (error: unknown) => this.#decided(message, toError(error)),
      )
    }
  }

  #decided(message: Outgoing, refusal?: Error): void {
    if (!this.#buffer.done(message)) return
    this.#counts[refusal === undefined ? 'acknowledged' : 'refused'] += 1
    message.settle(refusal)
    this.#flush()
    if (this.#buffer.size === 0) this.#onEmpty?.()
  }

  #emptied(timeoutMs: number): Promise<void> {
    if (this.#buffer.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#onEmpty = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #linked(link: Link, access: Access): void {
    this.hooks.onLink?.(access)
    this.#requests = new SubscriptionRequests(link, {
      subscriptions: this.#subscriptions,
      access: this.hooks.subscriptionAccess,
      onGranted: (filters) => this.#emitter.emit('subscribed', { filters }),
      onDenied: (filter) =>
        this.#emitter.emit('problem', { error: new SubscriptionDeniedError(filter), topic: filter }),
    })
    this.#requests.subscribe(this.#subscriptions.filters().keys())
    this.#flush()
  }

  #lost(): void {
    this.#requests?.stop()
    this.#requests = null
    this.#buffer.lost()
  }

  #receive(message: IncomingMessage): void {
    this.#counts.received += 1
    this.#subscriptions.dispatch(message)
  }

  #listen(listener: Listener): Unsubscribe {
    this.#subscriptions.add(listener)
    this.#requests?.subscribe([listener.filter])
    return () => {
      if (this.#subscriptions.remove(listener)) this.#requests?.unsubscribe(listener.filter)
    }
  }
}
