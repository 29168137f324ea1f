import { type DeviceEvent, deviceChannels } from '@heliograph/protocol'
import type { LiveMessage } from '@/lib/live/live-connection'
import type { EarlierMessage } from './earlier-messages'
import { Ring } from './ring'

export type FeedKind = keyof typeof deviceChannels | 'other'

/** The filters of the feed; each keeps as many messages, whatever else arrives. */
export const feedFilters = ['all', 'telemetry', 'events', 'platform'] as const
export type FeedFilter = (typeof feedFilters)[number]

export interface FeedEntry {
  id: number
  kind: FeedKind
  /** Only for events. */
  level: DeviceEvent['level'] | null
  topic: string
  text: string
  retained: boolean
  /** Stored before this page listened. */
  earlier: boolean
  /** Of an earlier message, when it was measured or stored. */
  receivedAt: number
}

/** The feed as it is shown; a new object with each change. */
export interface FeedSnapshot {
  /** The newest first. */
  entries: readonly FeedEntry[]
  /** The number of messages since the feed was paused; null while it runs. */
  missed: number | null
  filter: FeedFilter
  /** How many messages before this page are kept sample by sample, and how many of them are among the entries. */
  before: { total: number; shown: number }
}

export const feedLength = 1_000
/** How far apart a live message and its stored form may be in time. */
const SAME_WITHIN_MS = 3_000
const NONE_BEFORE = { total: 0, shown: 0 }
const NOTIFY_EVERY_MS = 150

/** Keeps the last messages of a device, and what is shown of them. Tells a few times a second, however many come. */
export class FeedStore {
  readonly #rings: Record<FeedFilter, Ring<FeedEntry>> = {
    all: new Ring(feedLength),
    telemetry: new Ring(feedLength),
    events: new Ring(feedLength),
    platform: new Ring(feedLength),
  }
  #filter: FeedFilter = 'all'
  #shown: readonly FeedEntry[] = []
  /** The newest first. */
  #earlier: readonly FeedEntry[] = []
  #total = 0
  #pausedAt: number | null = null
  #snapshot: FeedSnapshot = { entries: [], missed: null, filter: 'all', before: NONE_BEFORE }
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<() => void>()
  readonly #retained = new Map<string, string>()

  readonly read = (): FeedSnapshot => this.#snapshot

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  add(message: LiveMessage): void {
    const { all, ...parts } = this.#rings
    const entry = entryOf(message, all.count + 1)
    if (this.#isCopy(entry)) return
    if (entry.kind === 'telemetry') this.#dropStoredForm(entry)
    all.add(entry)
    parts[filterOf(entry.kind)].add(entry)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#notify()
    }, NOTIFY_EVERY_MS)
  }

  /** Telemetry from before this page listened, the newest first. */
  addEarlier(topic: string, messages: readonly EarlierMessage[], total: number): void {
    const live = this.#rings.telemetry.newestFirst()
    const kind = { kind: 'telemetry', level: null, retained: false, earlier: true } as const
    this.#total = total
    this.#earlier = messages.map(({ ts, text }, index) => ({
      ...kind,
      id: -1 - index,
      topic,
      text,
      receivedAt: ts,
    }))
    for (const entry of live) this.#dropStoredForm(entry)
    this.#notify()
  }

  /** A message that came while the page began to listen may be here from both sides. */
  #dropStoredForm({ text, receivedAt }: FeedEntry): void {
    const newest = this.#earlier[0]
    if (newest === undefined || newest.receivedAt < receivedAt - SAME_WITHIN_MS) return
    const same = sortedText(text)
    const form = this.#earlier.find(
      (entry) => entry.receivedAt >= receivedAt - SAME_WITHIN_MS && sortedText(entry.text) === same,
    )
    if (form === undefined) return
    this.#earlier = this.#earlier.filter((entry) => entry !== form)
    this.#total -= 1
  }

  /** Whether a message is one that is shown already. */
  #isCopy({ topic, text, kind, retained }: FeedEntry): boolean {
    // It was stored when it was published, and is among the earlier messages, with its time.
    if (kind === 'telemetry') return retained
    if (!retainedKinds.has(kind)) return false
    // Each filter that matches brings the retained message again, each reconnect does, and so may the message itself on its
    // way. It tells since when it holds, so a copy is known by its text.
    if (this.#retained.get(topic) === text) return true
    this.#retained.set(topic, text)
    return false
  }

  /** Shows a part of it; what was paused runs again. */
  show(filter: FeedFilter): void {
    this.#filter = filter
    this.resume()
  }

  pause(): void {
    if (this.#pausedAt !== null) return
    this.#notify()
    this.#pausedAt = this.#rings[this.#filter].count
    this.#notify()
  }

  resume(): void {
    this.#pausedAt = null
    this.#notify()
  }

  #notify(): void {
    const ring = this.#rings[this.#filter]
    const paused = this.#pausedAt !== null
    const earlier = this.#filter === 'all' || this.#filter === 'telemetry' ? this.#earlier : []
    if (!paused) this.#shown = [...ring.newestFirst(), ...earlier]
    this.#snapshot = {
      entries: this.#shown,
      missed: paused ? ring.count - (this.#pausedAt ?? 0) : null,
      filter: this.#filter,
      before: earlier.length === 0 ? NONE_BEFORE : { total: this.#total, shown: earlier.length },
    }
    for (const listener of this.#listeners) listener()
  }
}

/** Telemetry and events come from the device; all else is between it and the platform. */
function filterOf(kind: FeedKind): Exclude<FeedFilter, 'all'> {
  return kind === 'telemetry' || kind === 'events' ? kind : 'platform'
}

const retainedKinds = new Set<FeedKind>(['presence', 'desired'])
const utf8 = new TextDecoder()
const channels = Object.entries(deviceChannels) as [FeedKind, { match(topic: string): object | null }][]

function entryOf({ topic, payload, retained, receivedAt }: LiveMessage, id: number): FeedEntry {
  const kind = channels.find(([, channel]) => channel.match(topic) !== null)?.[0] ?? 'other'
  const text = utf8.decode(payload)
  return {
    id,
    kind,
    level: kind === 'events' ? levelOf(payload) : null,
    topic,
    text,
    retained,
    earlier: false,
    receivedAt,
  }
}

/** The values of a message, whatever their order and spaces; null when it holds anything else. */
function sortedText(text: string): string | null {
  try {
    const message = JSON.parse(text)
    return JSON.stringify(Object.entries(message.values ?? message).sort(([a], [b]) => (a < b ? -1 : 1)))
  } catch {
    return null
  }
}

function levelOf(payload: Uint8Array): DeviceEvent['level'] | null {
  try {
    return deviceChannels.events.decode(payload).level
  } catch {
    return null
  }
}
