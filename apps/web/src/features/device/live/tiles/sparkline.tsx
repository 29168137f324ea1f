import { gapOf } from '../drawing/chart-series'
import type { SeriesBuffer } from '../telemetry/series-buffer'

const POINTS = 60
const [WIDTH, HEIGHT, INSET] = [100, 28, 2]

interface SparklineProps {
  points: SeriesBuffer
  colour: string
  /** A switch jumps from one value to the next. */
  stepped: boolean
  /** A state holds for so long without a message. */
  intervalMs: number
}

/** The last points of a series, without axes: the shape, not the values. */
export function Sparkline({ points, colour, stepped, intervalMs }: SparklineProps) {
  const gapMs = stepped ? Math.max(gapOf(points.times), intervalMs) : gapOf(points.times)
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-7 w-full overflow-visible"
    >
      <path
        d={sparklinePath(points.times.subarray(-POINTS), points.values.subarray(-POINTS), { stepped, gapMs })}
        fill="none"
        stroke={colour}
        strokeWidth={1.5}
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}

/** Broken where more than `gapMs` passed without a point; one between two gaps is a dot. */
export function sparklinePath(
  times: Float64Array,
  values: Float64Array,
  { stepped, gapMs }: { stepped: boolean; gapMs: number },
): string {
  const first = times[0]
  const last = times.at(-1)
  if (first === undefined || last === undefined) return ''
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  // A constant value is drawn in the middle.
  const x = (ts: number) => round(last === first ? WIDTH : ((ts - first) / (last - first)) * WIDTH)
  const y = (value: number) =>
    round(high === low ? HEIGHT / 2 : HEIGHT - INSET - ((value - low) / (high - low)) * (HEIGHT - 2 * INSET))
  const isGap = (index: number) =>
    (times[index] ?? 0) - (times[index - 1] ?? Number.POSITIVE_INFINITY) > gapMs
  let path = `M${last === first ? 0 : x(first)} ${y(values[0] ?? 0)}${isGap(1) ? 'h0' : ''}`
  for (let index = last === first ? 0 : 1; index < times.length; index += 1) {
    const [left, top] = [x(times[index] ?? 0), y(values[index] ?? 0)]
    if (isGap(index)) path += `M${left} ${top}${isGap(index + 1) || index === times.length - 1 ? 'h0' : ''}`
    else path += stepped ? `H${left}V${top}` : `L${left} ${top}`
  }
  return path
}

const round = (value: number) => Math.round(value * 100) / 100
