import type { TrafficPoint } from '@heliograph/protocol'
import { formatRate } from '@/lib/format-number'
import { formatClock, formatSpan } from '@/lib/format-time'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { Tile } from './tile'
import { areaPaths, spanOf } from './traffic'
import type { LiveOverview } from './use-overview'

export function TrafficTiles({ overview }: { overview: LiveOverview | undefined }) {
  const { slug } = useOrganization()
  const to = {
    href: paths.devices(slug, { sort: '-lastMessageAt' }),
    title: 'Devices, by their last message',
  }
  const tile = (label: string, rate: keyof Omit<TrafficPoint, 'ts'>, colour: string) => (
    <Tile className="col-span-6" label={label} to={to} value={formatted(overview?.fleet[rate])} unit="/s">
      <TrafficChart
        points={(overview?.traffic ?? []).map((point) => ({ ts: point.ts, value: point[rate] }))}
        colour={colour}
        stale={overview?.staleSince != null}
      />
    </Tile>
  )
  return (
    <>
      {tile('Messages', 'messagesPerSecond', 'var(--series-1)')}
      {tile('Samples stored', 'samplesPerSecond', 'var(--series-3)')}
    </>
  )
}

const formatted = (rate: number | null | undefined) => (rate == null ? null : formatRate(rate))

interface TrafficChartProps {
  points: { ts: number; value: number }[]
  colour: string
  stale: boolean
}

/** A chart of the last ten minutes, or of the known part of them, from zero to the highest value. */
function TrafficChart({ points, colour, stale }: TrafficChartProps) {
  const paths = areaPaths(points)
  const highest = Math.max(0, ...points.map(({ value }) => value))
  return (
    <figure className="mt-3 in-data-wall:mt-[1.2vh] in-data-wall:flex in-data-wall:min-h-0 in-data-wall:flex-1 in-data-wall:flex-col">
      <svg
        aria-hidden
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        className="h-16 w-full border-b in-data-stale:opacity-50 in-data-wall:h-auto in-data-wall:min-h-0 in-data-wall:flex-1"
      >
        {paths && (
          <>
            <path d={paths.area} fill={colour} fillOpacity={0.12} />
            <path
              d={paths.line}
              fill="none"
              stroke={colour}
              className="stroke-[1.5px] in-data-wall:stroke-[3px]"
              strokeLinejoin="round"
              vectorEffect="non-scaling-stroke"
            />
          </>
        )}
      </svg>
      <figcaption className="mt-1.5 flex justify-between text-12 text-ink-faint in-data-wall:text-[2vh] in-data-wall:leading-tight">
        <span>{points.length > 1 && `${formatSpan(spanOf(points))} ago`}</span>
        <span title="Each point is a mean of five seconds">highest {formatRate(highest)} /s over 5 s</span>
        <span>{stale ? formatClock(points.at(-1)?.ts ?? 0) : 'now'}</span>
      </figcaption>
    </figure>
  )
}
