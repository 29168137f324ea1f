import { platformNow } from '@/lib/platform-clock'
import type { Limits } from '../limits/limits'
import type { Mark } from '../marks/mark-store'
import { decimalsOf, formatNumber } from '../telemetry/format-value'
import { seriesColour } from '../telemetry/series-colour'
import type { Span } from '../telemetry/span'
import { type SeriesKind, StateLabels } from '../telemetry/state-labels'
import { unitOf } from '../telemetry/units'
import { type Band, bandAt, bandsOf } from './bands'
import type { ChartSeries, Drawn } from './chart-series'
import type { ChartFrame, DrawnRow } from './draw-scheduler'
import { type Drawable, joinLines } from './join-lines'
import type { Origin } from './origin'
import { LineThinner } from './thin'
import { plotLeftPx, plotRightPx, TimeChart } from './time-chart'

/** A series of a chart, and what it is called beside others. */
export interface ChartedSeries {
  series: ChartSeries
  label: string
  colourIndex: number
}

interface RowPainterOptions {
  name: string
  kind: SeriesKind
  lines: readonly ChartedSeries[]
  width: number
  height: number
  labelled: boolean
  group: string
  limits: () => Limits
  marksBetween: (span: Span) => readonly Mark[]
  /** The time under the crosshair; null when it is elsewhere. */
  onMoment: (ts: number | null) => void
  /** The states in sight. */
  onStates: (codes: readonly number[]) => void
  /** Writes the value of a line: that under the crosshair, else the newest. */
  write: (line: number, text: string) => void
}

/** Draws one chart of a page and says what is in it; knows nothing of React, as it works many times a second. */
export class RowPainter implements DrawnRow {
  readonly #chart: TimeChart
  readonly #labels: StateLabels
  readonly #thinners: LineThinner[] = []
  #data: Drawable = [[]]
  #bands: Band[] = []
  #hovered: (string | null)[] = []
  #written: string[] = []
  #origin: Origin | null = null
  #width: number
  inSight = true

  constructor(
    private readonly root: HTMLElement,
    private readonly options: RowPainterOptions,
  ) {
    const { width, height, kind, lines, labelled, group } = options
    this.#width = width
    this.#labels = lines[0]?.series.series?.labels ?? new StateLabels()
    this.#chart = new TimeChart(root, {
      ...{ width, height, kind, labelled, group },
      colours: lines.map(({ colourIndex }) => colourIndex),
      labels: this.#labels,
      onCrosshair: (at) => this.#point(at),
    })
  }

  get name(): string {
    return this.options.name
  }

  /** Its name, and the unit of its values where that is known: `supply_mv (mV)`. */
  get title(): string {
    const unit = this.options.kind === 'numbers' ? unitOf(this.name) : null
    return unit === null ? this.name : `${this.name} (${unit})`
  }

  get canvas(): HTMLCanvasElement {
    return this.#chart.canvas
  }

  /** The origin of the drawn data; null while the row is out of sight. */
  get origin(): Origin | null {
    return this.inSight ? this.#origin : null
  }

  legend(): { text: string; colour: string }[] {
    const style = getComputedStyle(this.root)
    return this.options.lines.map(({ label, colourIndex }, index) => ({
      text: `${label} ${this.#written[index] ?? ''}`.trim(),
      colour: style.getPropertyValue(seriesColour(colourIndex).slice('var('.length, -1)).trim(),
    }))
  }

  isInSight(): boolean {
    return this.inSight
  }

  draw({ min, max, crosshair }: ChartFrame): void {
    const span = { min, max }
    const drawn = this.options.lines.map(({ series }) => series.drawn(span))
    const resolution = drawn.find((one) => one.resolution !== 'raw')?.resolution ?? 'raw'
    this.#origin = { resolution, thinned: drawn.some(({ exact }) => !exact) }
    const pixelMs = (max - min) / Math.max(1, this.#width - plotLeftPx - plotRightPx)
    if (this.options.kind === 'states') this.#takeStates(drawn[0]?.parts ?? [], span, pixelMs)
    else this.#takeNumbers(drawn, pixelMs)
    this.#chart.draw(this.#data, span, {
      bands: this.#bands,
      limits: this.options.limits(),
      marks: this.options.marksBetween(span),
    })
    this.#chart.pointAt(crosshair)
    this.#write()
  }

  resize(width: number): void {
    this.#width = width
    this.#chart.resize(width)
  }

  destroy(): void {
    this.#chart.destroy()
  }

  #takeNumbers(drawn: readonly Drawn[], pixelMs: number): void {
    const lines = drawn.map(({ parts }, index) =>
      this.#thinnerOf(index).thin(parts, pixelMs / devicePixelRatio),
    )
    if (this.#origin !== null) this.#origin.thinned ||= lines.some(({ thinned }) => thinned)
    this.#data = joinLines(lines)
  }

  #thinnerOf(line: number): LineThinner {
    this.#thinners[line] ??= new LineThinner()
    return this.#thinners[line]
  }

  #takeStates(parts: Drawn['parts'], span: Span, pixelMs: number): void {
    this.#bands = bandsOf(parts, span, platformNow(), pixelMs)
    const times = parts.flatMap((part) => [...part.times])
    this.#data = [times, times.map(() => 0)]
    this.options.onStates([...new Set(this.#bands.map(({ code }) => code))].sort((a, b) => a - b))
  }

  #point(at: { ts: number; index: number } | null): void {
    if (at === null) {
      this.#hovered = []
      this.options.onMoment(null)
    } else if (this.options.kind === 'states') {
      const band = bandAt(this.#bands, at.ts)
      this.#hovered = [band === null ? '–' : this.#labels.textOf(band.code)]
      this.options.onMoment(at.ts)
    } else {
      this.#hovered = this.options.lines.map((line, index) => {
        const value = nearValue(this.#data[index + 1] ?? [], at.index)
        return value === null ? null : formatOf(line, value)
      })
      this.options.onMoment(this.#data[0][at.index] ?? at.ts)
    }
    this.#write()
  }

  #write(): void {
    for (const [index, line] of this.options.lines.entries()) {
      const text = this.#hovered[index] ?? this.#newest(line)
      if (text === this.#written[index]) continue
      this.#written[index] = text
      this.options.write(index, text)
    }
  }

  #newest(line: ChartedSeries): string {
    const value = line.series.series?.drawn.lastValue
    if (value === undefined) return ''
    return this.options.kind === 'states' ? this.#labels.textOf(value) : formatOf(line, value)
  }
}

const NONE = new Float64Array(0)

function formatOf({ series }: ChartedSeries, value: number): string {
  return formatNumber(value, decimalsOf(series.series?.points.values ?? NONE))
}

/** The value at an index or, where a line has none there, the nearest one before or after; null in a gap. */
function nearValue(values: ArrayLike<number | null | undefined>, index: number): number | null {
  for (let distance = 0; distance <= values.length; distance += 1) {
    for (const at of [index - distance, index + distance]) {
      const value = values[at]
      if (value !== undefined) return value
    }
  }
  return null
}
