import type { Device } from '@heliograph/protocol'
import type { ChartedKey } from './charts/chart-panel'
import { ChartSeries } from './charts/chart-series'
import type { ComparedStore } from './compare/use-compared'
import type { ChartHistory } from './history/chart-history'
import type { TelemetryStore } from './telemetry-store'

/** With so many, the times below the last one are in sight on a laptop's screen. */
const [NUMBERS_AT_FIRST, STATES_AT_FIRST] = [3, 2]

interface ChartedKeysOptions {
  device: Device
  store: TelemetryStore
  history: ChartHistory
  keys: readonly string[]
  /** What a person chose to see, or not to. */
  choice: ReadonlyMap<string, boolean>
  compared: readonly ComparedStore[]
}

/** What a person chose, and of the rest the first few. */
export function chartedKeys(options: ChartedKeysOptions): ChartedKey[] {
  const { device, store, history, keys, choice, compared } = options
  const intervalMs = device.expectedIntervalSeconds * 1_000
  const ofKind = (kind: string) => keys.filter((key) => store.series(key)?.kind === kind)
  const first = new Set([
    ...ofKind('numbers').slice(0, NUMBERS_AT_FIRST),
    ...ofKind('states').slice(0, STATES_AT_FIRST),
  ])
  return keys.flatMap((name, colourIndex) => {
    const kind = store.series(name)?.kind ?? null
    if (kind === null || !(choice.get(name) ?? first.has(name))) return []
    const own = new ChartSeries({ device: device.id, key: name }, store, history, intervalMs)
    const others = compared
      .filter(({ key }) => key === name)
      .map((other, index) => ({
        series: new ChartSeries({ device: other.id, key: name }, other.store, history, intervalMs),
        label: other.name,
        colourIndex: colourIndex + index + 1,
      }))
    return [{ name, kind, lines: [{ series: own, label: device.name, colourIndex }, ...others] }]
  })
}
