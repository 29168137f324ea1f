import { type DeviceEvent, deviceChannels, storedTimeOf, storedValues, telemetry } from '@heliograph/protocol'
import type { LiveMessage } from '@/lib/live/live-connection'
import type { EarlierTelemetry } from './earlier-messages'
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
  /** Of telemetry, the time at which its first sample without one is stored; null when there is none. */
  storedTime: number | null
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
/** A message that came this long after the page began to listen is none from before. */
const BEGINNING_MS = 10_000
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
  /** A message that comes until then may be among the earlier ones too. */
  #beginningUntil = 0
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

  /** Telemetry from before this page listened, the newest first; `before` is when it began to. */
  addEarlier(topic: string, { messages, total, before }: EarlierTelemetry): void {
    const live = this.#rings.telemetry.newestFirst()
    const kind = { kind: 'telemetry', level: null, storedTime: null, retained: false, earlier: true } as const
    this.#total = total
    this.#beginningUntil = before + BEGINNING_MS
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
  #dropStoredForm(live: FeedEntry): void {
    if (this.#earlier.length === 0 || live.receivedAt > this.#beginningUntil) return
    const times = storedTimesOf(live)
    const earlier = this.#earlier.filter(({ receivedAt }) => !times.has(receivedAt))
    this.#total -= this.#earlier.length - earlier.length
    this.#earlier = earlier
  }

  /** Whether a message is one that is shown already. */
  #isCopy({ topic, text, kind }: FeedEntry): boolean {
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

function entryOf(message: LiveMessage, id: number): FeedEntry {
  const { topic, payload, retained, receivedAt, userProperties } = message
  const kind = channels.find(([, channel]) => channel.match(topic) !== null)?.[0] ?? 'other'
  const text = utf8.decode(payload)
  return {
    id,
    kind,
    level: kind === 'events' ? levelOf(payload) : null,
    topic,
    text,
    storedTime: kind === 'telemetry' ? storedTimeOf(userProperties) : null,
    retained,
    earlier: false,
    receivedAt,
  }
}

function storedTimesOf({ text, storedTime }: FeedEntry): ReadonlySet<number> {
  try {
    return new Set(storedValues(telemetry.decodeText(text), storedTime).map(({ ts }) => ts))
  } catch {
    return new Set()
  }
}

function levelOf(payload: Uint8Array): DeviceEvent['level'] | null {
  try {
    return deviceChannels.events.decode(payload).level
  } catch {
    return null
  }
}
