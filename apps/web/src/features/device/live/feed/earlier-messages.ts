import type { TelemetryValue } from '@heliograph/protocol'
import { isSwitch } from '../telemetry/state-labels'
import type { TelemetryStore } from '../telemetry/telemetry-store'

/** A message as its stored samples tell: all values of one time. */
export interface EarlierMessage {
  /** Epoch milliseconds. */
  ts: number
  text: string
}

/** The last messages before a time, the newest first, and how many are kept of that time. */
export interface EarlierTelemetry {
  messages: EarlierMessage[]
  total: number
  before: number
}

export function earlierMessages(
  store: TelemetryStore,
  { before, atMost }: { before: number; atMost: number },
): EarlierTelemetry {
  const valuesAt = new Map<number, Record<string, TelemetryValue>>()
  const times = new Set<number>()
  for (const key of store.keys()) {
    for (const { ts, value } of samplesOf(store, key)) {
      if (ts >= before) continue
      times.add(ts)
      const values = valuesAt.get(ts) ?? Object.create(null)
      values[key] = value
      valuesAt.set(ts, values)
    }
  }
  const last = [...times].sort((a, b) => b - a).slice(0, atMost)
  const messages = last.map((ts) => ({ ts, text: JSON.stringify(valuesAt.get(ts)) }))
  return { messages, total: times.size, before }
}

function* samplesOf(store: TelemetryStore, key: string): Generator<{ ts: number; value: TelemetryValue }> {
  const series = store.series(key)
  if (series === undefined) return
  const { points, states, labels, latest } = series
  for (let at = 0; at < points.length; at += 1)
    yield { ts: points.times[at] as number, value: points.values[at] as number }
  for (let at = 0; at < states.length; at += 1) {
    const code = states.values[at] as number
    yield { ts: states.times[at] as number, value: isSwitch(code) ? code === 1 : labels.textOf(code) }
  }
  // Of values that are not drawn only the last is kept.
  if (latest !== null && typeof latest.value === 'object') yield latest
}
