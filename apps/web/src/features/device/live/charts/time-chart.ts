import uPlot from 'uplot'
import { seriesColour } from '../series-colour'
import type { Drawable } from './gaps'
import { formatTick, tickStep } from './time-axis'

export interface TimeChartOptions {
  width: number
  height: number
  /** Draws switches as steps. */
  stepped: boolean
  colourIndex: number
  /** True for the lowest of several: only it writes the times. */
  labelled: boolean
  windowMs: number
  /** Charts of one group share the crosshair. */
  group: string
  /** `step` is how far apart the ticks are. */
  formatTick(value: number, step: number): string
  /** The point under the crosshair; null when it is elsewhere. */
  onPoint(point: { ts: number; value: number } | null): void
}

const [VALUES_WIDTH_PX, LABELS_HEIGHT_PX, TICK_SPACE_PX] = [56, 26, 96]
const SPARSE_PX = 12
/** Where uPlot keeps a cursor that is nowhere. */
const AWAY_PX = -10
const FONT = '11px "Inter Variable", sans-serif'

/** One key over time: a thin layer over uPlot, which knows the look and nothing of where the data come from. */
export class TimeChart {
  readonly #plot: uPlot
  readonly #theme: Theme
  #pointed = false

  constructor(
    root: HTMLElement,
    private readonly options: TimeChartOptions,
  ) {
    this.#theme = readTheme(root, options.colourIndex)
    this.#plot = new uPlot(this.#configuration(), [[], []], root)
  }

  draw(data: Drawable, range: { min: number; max: number }): void {
    this.#plot.setData(data, false)
    this.#plot.setScale('x', range)
  }

  /** Puts the crosshair at a time; null takes it away again. Has to be told again after each draw. */
  pointAt(ts: number | null): void {
    if (ts === null && !this.#pointed) return
    this.#pointed = ts !== null
    const left = ts === null ? AWAY_PX : this.#plot.valToPos(ts, 'x')
    this.#plot.setCursor({ left, top: ts === null ? AWAY_PX : 0 })
  }

  resize(width: number): void {
    this.#plot.setSize({ width, height: this.options.height })
  }

  destroy(): void {
    this.#plot.destroy()
  }

  #configuration(): uPlot.Options {
    const { width, height, stepped, labelled, group } = this.options
    const { line } = this.#theme
    const paths = stepped ? uPlot.paths.stepped?.({ align: 1 }) : uPlot.paths.linear?.()
    return {
      width,
      height,
      ms: 1,
      padding: [10, 16, labelled ? 0 : 6, 0],
      legend: { show: false },
      scales: { x: { time: true, auto: false }, y: { range: (_plot, low, high) => paddedRange(low, high) } },
      axes: [this.#timeAxis(), this.#valueAxis()],
      series: [
        {},
        {
          stroke: line,
          width: 1.5,
          spanGaps: false,
          points: { show: isSparse, size: 5, stroke: line, fill: line },
          ...(paths ? { paths } : {}),
        },
      ],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 9, width: 2, stroke: this.#theme.surface, fill: line },
        sync: { key: group, scales: ['x', null] },
      },
      hooks: { setCursor: [(plot) => this.options.onPoint(pointAt(plot))] },
    }
  }

  #timeAxis(): uPlot.Axis {
    const { labelled, windowMs } = this.options
    return {
      ...this.#axis(),
      size: labelled ? LABELS_HEIGHT_PX : 0,
      gap: 6,
      splits: (plot, _axis, min, max) => {
        const step = tickStep(windowMs, plot.bbox.width / devicePixelRatio, TICK_SPACE_PX)
        const first = Math.ceil(min / step) * step
        return Array.from(
          { length: Math.max(0, Math.floor((max - first) / step) + 1) },
          (_, n) => first + n * step,
        )
      },
      values: (_plot, splits) => {
        const step = (splits[1] ?? 0) - (splits[0] ?? 0)
        return splits.map((ts) => (labelled ? formatTick(ts, step) : ''))
      },
    }
  }

  #valueAxis(): uPlot.Axis {
    return {
      ...this.#axis(),
      size: VALUES_WIDTH_PX,
      gap: 8,
      space: 28,
      values: (_plot, splits, _axis, _space, step) =>
        splits.map((value) => this.options.formatTick(value, step)),
    }
  }

  #axis(): uPlot.Axis {
    const { ink, grid } = this.#theme
    return {
      font: FONT,
      stroke: ink,
      grid: { stroke: grid, width: 1 },
      ticks: { show: false },
      border: { show: false },
    }
  }
}

interface Theme {
  line: string
  ink: string
  grid: string
  surface: string
}

/** A canvas knows no CSS variables: they are read once, and a chart is made anew with the theme. */
function readTheme(root: HTMLElement, colourIndex: number): Theme {
  const style = getComputedStyle(root)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    line: read(seriesColour(colourIndex).slice('var('.length, -1)),
    ink: read('--ink-faint'),
    grid: read('--line'),
    surface: read('--surface'),
  }
}

/** Some air above and below; what stands still stands in the middle. */
function paddedRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1]
  const air = high === low ? Math.max(Math.abs(low) * 0.05, 0.5) : (high - low) * 0.12
  return [low - air, high + air]
}

/** Points are drawn where they lie apart; closer together the line alone is clearer. */
function isSparse(plot: uPlot, _series: number, first: number, last: number): boolean {
  const [from, to] = [plot.data[0][first], plot.data[0][last]]
  if (from === undefined || to === undefined || first === last) return true
  return (plot.valToPos(to, 'x') - plot.valToPos(from, 'x')) / (last - first) > SPARSE_PX
}

function pointAt(plot: uPlot): { ts: number; value: number } | null {
  const index = plot.cursor.idx
  if (index === null || index === undefined) return null
  const [ts, value] = [plot.data[0][index], plot.data[1]?.[index]]
  return ts === undefined || value === null || value === undefined ? null : { ts, value }
}
