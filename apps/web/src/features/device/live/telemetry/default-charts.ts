import type { TelemetryStore } from './telemetry-store'

/** With this many charts, the labels of the time axis are in sight on a laptop. */
const MOST = { numbers: 3, states: 2 } as const

/**
 * The keys that are charted until a person chooses: the first that move, and then, in the order of the alphabet, those that
 * do not. A key that was charted because it moves stays.
 */
export function defaultCharts(
  store: TelemetryStore,
  keys: readonly string[],
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  const ofKind = (kind: 'numbers' | 'states') => {
    const candidates = keys.filter((key) => store.series(key)?.kind === kind)
    const rank = (key: string) => (!store.series(key)?.moves ? 2 : before.has(key) ? 0 : 1)
    return candidates.sort((a, b) => rank(a) - rank(b)).slice(0, MOST[kind])
  }
  return new Set([...ofKind('numbers'), ...ofKind('states')])
}
