import type { Device } from '@heliograph/protocol'
import { Skeleton } from '@/components/skeleton'
import { seriesColour } from '../telemetry/series-colour'
import type { TelemetryStore } from '../telemetry/telemetry-store'
import { ValueTile } from './value-tile'

interface ValueTilesProps {
  device: Device
  store: TelemetryStore
  keys: readonly string[]
  charted: ReadonlySet<string>
  onToggle: (key: string) => void
}

export function ValueTiles({ device, store, keys, charted, onToggle }: ValueTilesProps) {
  return (
    <section aria-label="Latest values">
      <ul className={GRID} style={{ maxWidth: widthFor(keys.length) }}>
        {keys.map((key, index) => (
          <ValueTile
            key={key}
            device={device.id}
            intervalMs={device.expectedIntervalSeconds * 1_000}
            store={store}
            name={key}
            colour={seriesColour(index)}
            charted={charted.has(key)}
            onToggle={onToggle}
          />
        ))}
      </ul>
    </section>
  )
}

export function ValueTilesSkeleton() {
  return (
    <div className={GRID} aria-hidden>
      {[0, 1, 2, 3].map((tile) => (
        <div key={tile} className="-mr-px -mb-px border-r border-b p-3.5">
          <Skeleton className="h-3 w-20" />
          <Skeleton className="mt-3 h-5 w-24" />
          <Skeleton className="mt-3 h-6 w-full" />
          <Skeleton className="mt-2.5 h-3 w-12" />
        </div>
      ))}
    </div>
  )
}

/** A few tiles keep a tile's width; from four on they share the whole line. */
const widthFor = (tiles: number) => (tiles < 4 ? `${tiles * 18}rem` : undefined)

const GRID =
  'grid grid-cols-[repeat(auto-fit,minmax(min(11rem,50%),1fr))] overflow-hidden rounded-outer border bg-surface'
