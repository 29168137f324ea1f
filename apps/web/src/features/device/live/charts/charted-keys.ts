import type { Device } from '@heliograph/protocol'
import type { ComparedStore } from '../compare/use-compared'
import { ChartSeries } from '../drawing/chart-series'
import type { ChartedSeries } from '../drawing/row-painter'
import type { ChartHistory } from '../history/chart-history'
import type { SeriesKind } from '../telemetry/state-labels'
import type { TelemetryStore } from '../telemetry/telemetry-store'

export interface ChartedKey {
  name: string
  kind: SeriesKind
  /** The device's own series first, then those of the devices it is compared with. */
  lines: readonly ChartedSeries[]
}

interface ChartedKeysOptions {
  device: Device
  store: TelemetryStore
  history: ChartHistory
  keys: readonly string[]
  /** The keys that are shown. */
  names: ReadonlySet<string>
  compared: readonly ComparedStore[]
}

/** What the charts of a page draw: each shown key, with the devices it is compared with. */
export function chartedKeys(options: ChartedKeysOptions): ChartedKey[] {
  const { device, store, history, keys, names, compared } = options
  const intervalMs = device.expectedIntervalSeconds * 1_000
  return keys.flatMap((name, colourIndex) => {
    const kind = store.series(name)?.kind ?? null
    if (kind === null || !names.has(name)) return []
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
