import { type Device, type PresenceFacts, presence, telemetry } from '@heliograph/protocol'
import type { LiveMessage } from './live-connection'

/** The facts about one device from live messages since the page was opened. */
export interface DeviceFacts {
  connected?: boolean
  /** When the connection began or ended (epoch milliseconds). */
  since?: number
  lastMessageAt?: number
}

/** Keeps facts about devices from live messages, and notifies the listeners of a device at most four times a second. */
export class DeviceFactsStore {
  readonly #facts = new Map<string, DeviceFacts>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #changed = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  apply(message: LiveMessage): void {
    const told = telemetry.match(message.topic)
    if (told) {
      if (!message.retained) this.#learn(told.device, { lastMessageAt: message.receivedAt })
      return
    }
    const present = presence.match(message.topic)
    if (!present) return
    try {
      const { online, since } = presence.decode(message.payload)
      const heardAt = this.#facts.get(present.device)?.lastMessageAt
      // A message counts from its arrival here, presence from when the platform noticed it: what came before a
      // disconnect must not look as if it came after it.
      const lastMessageAt = online || heardAt === undefined ? heardAt : Math.min(heardAt, since)
      this.#learn(present.device, {
        connected: online,
        since,
        ...(lastMessageAt === undefined ? {} : { lastMessageAt }),
      })
    } catch {
      // An emptied retained message: the device was deleted.
    }
  }

  read(device: string): DeviceFacts | undefined {
    return this.#facts.get(device)
  }

  listen(device: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(device) ?? new Set()
    this.#listeners.set(device, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(device)
    }
  }

  #learn(device: string, facts: DeviceFacts): void {
    this.#facts.set(device, { ...this.#facts.get(device), ...facts })
    this.#changed.add(device)
    this.#timer ??= setTimeout(() => this.#notify(), 250)
  }

  #notify(): void {
    this.#timer = undefined
    const changed = [...this.#changed]
    this.#changed.clear()
    for (const device of changed) for (const listener of this.#listeners.get(device) ?? []) listener()
  }
}

/** Merges loaded and live facts; the newer of each wins. */
export function mergeFacts(device: Device, live: DeviceFacts | undefined): PresenceFacts {
  const since = device.connection.since === null ? null : Date.parse(device.connection.since)
  const loadedMessageAt = device.lastMessageAt === null ? null : Date.parse(device.lastMessageAt)
  const heardLater = live?.since !== undefined && live.since >= (since ?? 0)
  return {
    connected: heardLater ? (live.connected ?? false) : device.connection.connected,
    since: heardLater ? (live.since ?? since) : since,
    lastMessageAt:
      live?.lastMessageAt === undefined
        ? loadedMessageAt
        : Math.max(live.lastMessageAt, loadedMessageAt ?? 0),
    expectedIntervalSeconds: device.expectedIntervalSeconds,
  }
}
