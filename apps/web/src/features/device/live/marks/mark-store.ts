import {
  type DeviceEvent,
  events,
  isOfSetClock,
  type NoticeCode,
  notices,
  type PresenceChange,
} from '@heliograph/protocol'
import type { LiveMessage } from '@/lib/live/live-connection'

export type MarkKind = 'connected' | 'disconnected' | 'refusal' | 'event'

/** Something that happened to a device at a moment. */
export interface Mark {
  ts: number
  kind: MarkKind
  /** Only of events. */
  level: DeviceEvent['level'] | null
  text: string
}

/** The oldest are forgotten. */
const MAXIMUM_MARKS = 2_000

/** The marks of a device in the order of time, without duplicates. */
export class MarkStore {
  #marks: Mark[] = []
  #revision = 0
  readonly #seen = new Set<string>()

  get revision(): number {
    return this.#revision
  }

  add(mark: Mark): void {
    const name = `${mark.ts} ${mark.kind} ${mark.text}`
    if (this.#seen.has(name)) return
    this.#seen.add(name)
    this.#marks.push(mark)
    const before = this.#marks.at(-2)
    if (before !== undefined && before.ts > mark.ts) this.#marks.sort((a, b) => a.ts - b.ts)
    if (this.#marks.length > MAXIMUM_MARKS) this.#marks = this.#marks.slice(-MAXIMUM_MARKS / 2)
    this.#revision += 1
  }

  /** In order, from `min` to `max`. */
  between(min: number, max: number): Mark[] {
    return this.#marks.filter(({ ts }) => ts >= min && ts <= max)
  }
}

export function markOfPresence(
  { ts, online, reason }: Omit<PresenceChange, 'takeOvers' | 'foldedChanges'>,
  reasons: Record<string, string>,
): Mark {
  const kind = online ? 'connected' : 'disconnected'
  return {
    ts: Date.parse(ts),
    kind,
    level: null,
    text: online ? 'Connected' : endText(reasons[reason] ?? reason),
  }
}

/** `Disconnected cleanly`, or `Disconnected: keep-alive timeout`. */
function endText(reason: string): string {
  if (reason.startsWith('Disconnected')) return reason
  return `Disconnected: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`
}

/** The mark of a live message, where it is one of those that are marked; null for all others. */
export function markOfMessage({ topic, payload, receivedAt }: LiveMessage): Mark | null {
  try {
    if (notices.match(topic) !== null) {
      const { code, detail } = notices.decode(payload)
      return { ts: receivedAt, kind: 'refusal', level: null, text: `${REFUSED[code]}: ${detail}` }
    }
    if (events.match(topic) !== null) {
      const { level, message, ts } = events.decode(payload)
      const isTimed = ts !== undefined && isOfSetClock(ts)
      return { ts: isTimed ? ts : receivedAt, kind: 'event', level, text: message }
    }
  } catch {
    // Not what the channel carries; the platform lets none of it pass.
  }
  return null
}

const REFUSED: Record<NoticeCode, string> = {
  payload_invalid: 'Refused (invalid payload)',
  topic_denied: 'Refused (topic not allowed)',
  clock_not_set: 'Clock not set',
  timestamp_refused: 'Refused (timestamp out of range)',
  telemetry_dropped: 'Dropped (database behind)',
  telemetry_set_aside: 'Set aside (could not be stored)',
  too_many_samples: 'Refused (too many samples in a minute)',
  too_many_corrections: 'Refused (too many corrections)',
  quota: 'Quota used up',
  not_retained: 'Not retained (topic is not retained)',
  retained_quota: 'Not retained (quota exceeded)',
}

export interface MarkGroup {
  /** Pixels from the left. */
  x: number
  marks: Mark[]
}

/** Marks that would cover each other, together, each group at the place of its first. */
export function groupMarks(
  marks: readonly Mark[],
  xOf: (ts: number) => number,
  apartPx: number,
): MarkGroup[] {
  const groups: MarkGroup[] = []
  for (const mark of marks) {
    const x = xOf(mark.ts)
    const last = groups.at(-1)
    if (last !== undefined && x - last.x < apartPx) last.marks.push(mark)
    else groups.push({ x, marks: [mark] })
  }
  return groups
}

/** The one of several that says most: what went wrong comes first. */
export function worstOf(marks: readonly Mark[]): Mark | undefined {
  const rank = ({ kind, level }: Mark) => {
    if (kind === 'refusal' || level === 'critical' || level === 'error') return 0
    if (kind === 'disconnected' || level === 'warning') return 1
    return kind === 'event' ? 2 : 3
  }
  return [...marks].sort((a, b) => rank(a) - rank(b))[0]
}
