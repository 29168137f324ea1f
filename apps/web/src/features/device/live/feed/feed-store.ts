import { type DeviceEvent, deviceChannels } from '@heliograph/protocol'
import type { LiveMessage } from '@/lib/live/live-connection'

export type FeedKind = keyof typeof deviceChannels | 'other'

export interface FeedEntry {
  id: number
  kind: FeedKind
  /** Only for events. */
  level: DeviceEvent['level'] | null
  topic: string
  text: string
  retained: boolean
  receivedAt: number
}

/** The feed as it is shown; a new object with each change. */
export interface FeedSnapshot {
  /** The newest first. */
  entries: readonly FeedEntry[]
  /** What passed by since it was paused; null while it runs. */
  missed: number | null
}

export const feedLength = 1_000
const TELL_EVERY_MS = 150

/** Keeps the last messages of a device, and what is shown of them. Tells a few times a second, however many come. */
export class FeedStore {
  #newest: FeedEntry[] = []
  #shown: readonly FeedEntry[] = []
  #count = 0
  #pausedAt: number | null = null
  #snapshot: FeedSnapshot = { entries: [], missed: null }
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<() => void>()
  readonly #retained = new Map<string, string>()

  readonly read = (): FeedSnapshot => this.#snapshot

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  add(message: LiveMessage): void {
    const entry = entryOf(message, this.#count + 1)
    // Each filter that matches brings the retained message again, and each reconnect.
    if (message.retained && this.#retained.get(entry.topic) === entry.text) return
    if (retainedKinds.has(entry.kind)) this.#retained.set(entry.topic, entry.text)
    this.#count += 1
    this.#newest.push(entry)
    // Cut in larger pieces, as each cut copies the rest.
    if (this.#newest.length > feedLength * 2) this.#newest = this.#newest.slice(-feedLength)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#tell()
    }, TELL_EVERY_MS)
  }

  pause(): void {
    if (this.#pausedAt !== null) return
    this.#tell()
    this.#pausedAt = this.#count
    this.#tell()
  }

  resume(): void {
    this.#pausedAt = null
    this.#tell()
  }

  #tell(): void {
    const paused = this.#pausedAt !== null
    if (!paused) this.#shown = this.#newest.slice(-feedLength).reverse()
    this.#snapshot = { entries: this.#shown, missed: paused ? this.#count - (this.#pausedAt ?? 0) : null }
    for (const listener of this.#listeners) listener()
  }
}

const retainedKinds = new Set<FeedKind>(['presence', 'desired'])
const utf8 = new TextDecoder()
const channels = Object.entries(deviceChannels) as [FeedKind, { match(topic: string): object | null }][]

function entryOf({ topic, payload, retained, receivedAt }: LiveMessage, id: number): FeedEntry {
  const kind = channels.find(([, channel]) => channel.match(topic) !== null)?.[0] ?? 'other'
  const text = utf8.decode(payload)
  return { id, kind, level: kind === 'events' ? levelOf(payload) : null, topic, text, retained, receivedAt }
}

function levelOf(payload: Uint8Array): DeviceEvent['level'] | null {
  try {
    return deviceChannels.events.decode(payload).level
  } catch {
    return null
  }
}
