import type { Client, ConnectionState, Unsubscribe } from '@heliograph/device-sdk'
import { deviceOfFilter, MqttToken } from '@heliograph/protocol'
import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'
import { platformClock, platformNow } from '@/lib/platform-clock'
import type { LiveConnection, LiveMessage, LiveState } from './live-connection'
import { ownMqttUrl } from './own-mqtt-url'

export type LiveSnapshot = Omit<LiveConnection, 'subscribe'>

export const beforeConnecting: LiveSnapshot = {
  state: 'connecting',
  latencyMs: null,
  retryAt: null,
  since: null,
  asOf: null,
}

interface Listener {
  filter: string
  onMessage: (message: LiveMessage) => void
  onServed: (() => void) | undefined
  stop: Unsubscribe | null
}

/** The one MQTT connection of a page. Its client is loaded only now, so that it does not delay the first paint. */
export class LiveLink {
  #snapshot = beforeConnecting
  #client: Client | null = null
  #run = 0
  /** When the platform was last heard (epoch milliseconds); null before the first connection. */
  #heardAt: number | null = null
  readonly #listeners = new Set<Listener>()
  readonly #watchers = new Set<() => void>()

  constructor(
    private readonly org: string,
    private readonly onSignedOut: () => void,
    /** Whether the caller sees only some devices, and so hears one device at a time. */
    private readonly isLimited = false,
  ) {}

  readonly subscribe: LiveConnection['subscribe'] = (filter, onMessage, onServed) => {
    if (this.isLimited && deviceOfFilter(filter) === null) return () => {}
    const listener: Listener = { filter, onMessage, onServed, stop: null }
    this.#listeners.add(listener)
    if (this.#client) this.#attach(this.#client, listener)
    return () => {
      this.#listeners.delete(listener)
      listener.stop?.()
    }
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  readonly read = (): LiveSnapshot => this.#snapshot

  /** Connects until the returned function is called. */
  start(): () => void {
    this.#run += 1
    const run = this.#run
    void this.#connect(run)
    return () => {
      this.#run += 1
      const client = this.#client
      this.#client = null
      for (const listener of this.#listeners) listener.stop = null
      void client?.close({ timeoutMs: 0 })
    }
  }

  async #connect(run: number): Promise<void> {
    const { connectPerson, RefusedError } = await import('@heliograph/device-sdk')
    if (run !== this.#run) return
    const client = connectPerson({
      tokens: async ({ clientId, subscribe }) => {
        try {
          const token = await request('/api/v1/mqtt/tokens', {
            method: 'POST',
            schema: MqttToken,
            body: { subscribe, ...(clientId === undefined ? {} : { clientId }) },
            org: this.org,
          })
          // The SDK renews by the browser's clock.
          const endsAt = platformClock.toBrowser(Date.parse(token.expiresAt))
          return { ...token, url: ownMqttUrl(), expiresAt: new Date(endsAt).toISOString() }
        } catch (error) {
          if (isRefusal(error)) throw new RefusedError(error.detail)
          throw error
        }
      },
    })
    this.#client = client
    client.on('state', (state) => this.#notify(state))
    client.on('subscribed', ({ filters }) => {
      for (const listener of [...this.#listeners])
        if (filters.includes(listener.filter)) listener.onServed?.()
    })
    for (const listener of this.#listeners) this.#attach(client, listener)
  }

  #attach(client: Client, listener: Listener): void {
    // Acknowledged delivery: what does not arrive ends the connection, and is then fetched.
    listener.stop = client.subscribeRaw(
      listener.filter,
      (message) => {
        const receivedAt = platformClock.fromBrowser(message.receivedAt)
        this.#heardAt = receivedAt
        listener.onMessage({ ...message, receivedAt })
      },
      { qos: 1 },
    )
  }

  #notify(state: ConnectionState): void {
    if (state.state === 'closed') return
    if (state.state === 'refused') this.onSignedOut()
    const { latencyMs, retryAt, since } = state
    const isLive = state.state === 'live'
    if (isLive) this.#heardAt = platformNow()
    const isAway = !isLive && state.state !== 'connecting'
    this.#snapshot = {
      state: liveState(state),
      asOf: isAway ? this.#heardAt : null,
      latencyMs,
      retryAt: retryAt === null ? null : platformClock.fromBrowser(retryAt),
      since: since === null ? null : platformClock.fromBrowser(since),
    }
    for (const watcher of this.#watchers) watcher()
  }
}

/** Signed out, or no longer in the organization: asking again changes nothing. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 401 || error.status === 403)
}

function liveState({ state }: ConnectionState): LiveState {
  return state === 'refused' || state === 'closed' ? 'offline' : state
}
