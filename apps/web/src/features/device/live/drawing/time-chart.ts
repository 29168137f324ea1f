import uPlot from 'uplot'
import type { Limits } from '../limits/limits'
import { hasLimits } from '../limits/limits'
import type { Mark } from '../marks/mark-store'
import type { Span } from '../telemetry/span'
import type { SeriesKind, StateLabels } from '../telemetry/state-labels'
import type { Band } from './bands'
import { type ChartTheme, readTheme } from './chart-theme'
import { eachColumn } from './dense-line'
import { isolatedPoints } from './isolated'
import type { Drawable } from './join-lines'
import { paintBands, paintLimits, paintMarks, type Surface } from './paint'
import { timeLabels } from './time-ticks'
import { valueLabels } from './value-ticks'

export interface TimeChartOptions {
  width: number
  height: number
  kind: SeriesKind
  /** The colour of each line; of bands, that of the key. */
  colours: readonly number[]
  /** True for the lowest of several: only it writes the times. */
  labelled: boolean
  /** Charts of one group share the crosshair. */
  group: string
  labels: StateLabels
  /** The crosshair is at this time; null when it is elsewhere. */
  onCrosshair(at: { ts: number; index: number } | null): void
}

/** Painted below the lines: bands of states, limits and marks. */
export interface Overlays {
  bands: readonly Band[]
  limits: Limits
  marks: readonly Mark[]
}

export const [plotLeftPx, plotRightPx] = [56, 16]
const [LABELS_HEIGHT_PX, TICK_SPACE_PX, SPARSE_PX] = [26, 96, 12]
/** The position of a hidden cursor in uPlot. */
const AWAY_PX = -10
const FONT = '11px "Inter Variable", sans-serif'

/** A chart over time: a thin layer over uPlot, which knows the look and nothing of where the data come from. */
export class TimeChart {
  readonly #plot: uPlot
  readonly #theme: ChartTheme
  #overlays: Overlays | null = null
  #pointed = false

  constructor(
    root: HTMLElement,
    private readonly options: TimeChartOptions,
  ) {
    this.#theme = readTheme(root)
    this.#plot = new uPlot(this.#configuration(), [[], ...options.colours.map(() => [])], root)
  }

  get canvas(): HTMLCanvasElement {
    return this.#plot.ctx.canvas
  }

  draw(data: Drawable, span: Span, overlays: Overlays): void {
    this.#overlays = overlays
    // In a batch, as uPlot otherwise takes the span over after this task, and `pointAt` needs it before.
    this.#plot.batch(() => {
      this.#plot.setData(data as uPlot.AlignedData, false)
      this.#plot.setScale('x', span)
    })
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
    const { width, height, kind, labelled, group } = this.options
    return {
      width,
      height,
      ms: 1,
      padding: [10, plotRightPx, labelled ? 0 : 6, 0],
      legend: { show: false },
      scales: {
        x: { time: true, auto: false },
        y: { range: (_plot, low, high) => (kind === 'states' ? [0, 1] : this.#valueRange(low, high)) },
      },
      axes: [this.#timeAxis(), this.#valueAxis()],
      series: [{}, ...this.options.colours.map((colour) => this.#line(colour))],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { show: kind === 'numbers', size: 9, width: 2, stroke: this.#theme.surface },
        // Until a chart is drawn it has no span, and so no place for the crosshair of the others.
        sync: { key: group, scales: ['x', null], filters: { sub: () => this.#overlays !== null } },
      },
      hooks: {
        drawAxes: [() => this.#paintBelow()],
        setCursor: [(plot) => this.options.onCrosshair(crosshairOf(plot))],
      },
    }
  }

  #line(colourIndex: number): uPlot.Series {
    const line = this.#theme.series[colourIndex % this.#theme.series.length] ?? this.#theme.ink
    if (this.options.kind === 'states') return { show: true, paths: () => null, points: { show: false } }
    const linear = uPlot.paths.linear?.()
    return {
      stroke: line,
      width: 1.5,
      spanGaps: false,
      points: { show: isSparse, filter: isolatedWhereDense, size: 5, stroke: line, fill: line },
      ...(linear ? { paths: thinWhereDense(linear) } : {}),
    }
  }

  #paintBelow(): void {
    const overlays = this.#overlays
    if (overlays === null) return
    const surface = this.#surface()
    if (this.options.kind === 'states')
      paintBands(surface, overlays.bands, this.options.labels, this.options.colours[0] ?? 0)
    else if (hasLimits(overlays.limits)) paintLimits(surface, overlays.limits)
    paintMarks(surface, overlays.marks)
  }

  #surface(): Surface {
    const { ctx, bbox } = this.#plot
    return {
      ...bbox,
      context: ctx,
      theme: this.#theme,
      ratio: devicePixelRatio,
      xOf: (ts) => this.#plot.valToPos(ts, 'x', true),
      yOf: (value) => this.#plot.valToPos(value, 'y', true),
    }
  }

  #timeAxis(): uPlot.Axis {
    const { labelled } = this.options
    let texts = new Map<number, string>()
    return {
      ...this.#axis(),
      size: labelled ? LABELS_HEIGHT_PX : 0,
      gap: 6,
      splits: (plot, _axis, min, max) => {
        const widthPx = plot.bbox.width / devicePixelRatio
        const labels = timeLabels({ min, max }, { widthPx, spacePx: TICK_SPACE_PX })
        texts = new Map(labels.map(({ ts, text }) => [ts, text]))
        return labels.map(({ ts }) => ts)
      },
      values: (_plot, splits) => splits.map((ts) => (labelled ? (texts.get(ts) ?? '') : '')),
    }
  }

  #valueAxis(): uPlot.Axis {
    if (this.options.kind === 'states')
      return { ...this.#axis(), size: plotLeftPx, grid: { show: false }, values: () => [] }
    return {
      ...this.#axis(),
      size: plotLeftPx,
      gap: 8,
      space: 28,
      values: (_plot, splits, _axis, _space, step) => valueLabels(splits, step),
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

  /** Some air above and below; what stands still stands in the middle. A limit that is near is in sight. */
  #valueRange(low: number | null, high: number | null): [number, number] {
    if (low === null || high === null) return [0, 1]
    const reach = high === low ? Math.max(Math.abs(low) * 0.1, 1) : high - low
    let [bottom, top] = [low, high]
    const { warning, critical } = this.#overlays?.limits ?? {}
    for (const limit of [warning?.above, warning?.below, critical?.above, critical?.below]) {
      if (limit === undefined || limit === null || limit > high + reach || limit < low - reach) continue
      ;[bottom, top] = [Math.min(bottom, limit), Math.max(top, limit)]
    }
    const air = top === bottom ? Math.max(Math.abs(bottom) * 0.05, 0.5) : (top - bottom) * 0.12
    return [bottom - air, top + air]
  }
}

/**
 * Draws dense points with a line of one pixel of the screen, which is painted many times faster than a wider one: the
 * browser first makes a shape of that. Where every pixel holds several points, it draws the range of each pixel only.
 */
function thinWhereDense(paths: uPlot.Series.PathBuilder): uPlot.Series.PathBuilder {
  return (plot, series, first, last) => {
    const perPixel = (last - first) / widthOf(plot, first, last)
    const isDense = perPixel > 2 / devicePixelRatio
    const path = perPixel > 2 ? columnsPath(plot, series, first, last) : paths(plot, series, first, last)
    return path && isDense ? Object.assign(path, { _width: 1 / devicePixelRatio }) : path
  }
}

/** How many pixels of the screen these points lie apart, one at least. */
function widthOf(plot: uPlot, first: number, last: number): number {
  const [from, to] = [plot.data[0][first], plot.data[0][last]]
  if (from === undefined || to === undefined) return 1
  return Math.max(1, plot.valToPos(to, 'x', true) - plot.valToPos(from, 'x', true))
}

function columnsPath(plot: uPlot, series: number, first: number, last: number): uPlot.Series.Paths {
  const stroke = new Path2D()
  const scales = {
    xOf: (ts: number) => Math.round(plot.valToPos(ts, 'x', true)),
    yOf: (value: number) => Math.round(plot.valToPos(value, 'y', true)),
  }
  // A line as wide as a pixel lies half of it beside its path; its ends are painted too.
  eachColumn(plot.data[0], plot.data[series] ?? [], [first, last], scales, (x, top, bottom) => {
    stroke.moveTo(x, top - 0.5)
    stroke.lineTo(x, bottom + 0.5)
  })
  return { stroke, flags: 0 }
}

/** Points are drawn where they lie apart; closer together the line alone is clearer. */
function isSparse(plot: uPlot, _series: number, first: number, last: number): boolean {
  return first === last || widthOf(plot, first, last) / devicePixelRatio / (last - first) > SPARSE_PX
}

/** Among dense points, those alone between two gaps are drawn: there is no line to show them. */
function isolatedWhereDense(plot: uPlot, series: number, sparse: boolean): number[] | null {
  if (sparse) return null
  const [first, last] = plot.series[series]?.idxs ?? [0, -1]
  const isolated = isolatedPoints(plot.data[series] ?? [], first, last)
  return isolated.length > 0 ? isolated : null
}

function crosshairOf(plot: uPlot): { ts: number; index: number } | null {
  const { idx, left } = plot.cursor
  if (idx === null || idx === undefined || left === undefined || left < 0) return null
  return { ts: plot.posToVal(left, 'x'), index: idx }
}
