import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { StateLabels } from '../telemetry/state-labels'
import type { TimeChart } from './time-chart'

/** As much of the DOM as uPlot needs to lay out a chart; what is painted goes nowhere. */
class FakeElement {
  readonly style = {}
  readonly children: FakeElement[] = []
  readonly #names = new Set<string>()
  readonly #listeners = new Map<string, (event: object) => void>()
  readonly classList = {
    add: (name: string) => this.#names.add(name),
    remove: (name: string) => this.#names.delete(name),
    contains: (name: string) => this.#names.has(name),
  }
  readonly appendChild = (child: FakeElement) => void this.children.push(child)
  readonly insertBefore = (child: FakeElement) => void this.children.push(child)
  readonly addEventListener = (type: string, listener: (event: object) => void) =>
    void this.#listeners.set(type, listener)
  readonly removeEventListener = () => undefined
  readonly setAttribute = () => undefined
  readonly remove = () => undefined
  readonly getBoundingClientRect = () => ({ left: 0, top: 0, width: PLOT_PX, height: 100 })
  readonly getContext = () => nowhere

  find(name: string): FakeElement | undefined {
    if (this.#names.has(name)) return this
    for (const child of this.children) {
      const found = child.find(name)
      if (found !== undefined) return found
    }
    return
  }

  pointAt(clientX: number): void {
    this.#listeners.get('mousemove')?.({ type: 'mousemove', target: this, clientX, clientY: 20 })
  }
}

/** Takes every call and every assignment. */
const nowhere: unknown = new Proxy(() => nowhere, {
  get: () => nowhere,
  set: () => true,
  apply: () => nowhere,
})

const PLOT_PX = 400
const span = { min: 1_000, max: 1_400 }
const noOverlays = { bands: [], limits: {}, marks: [] } as never

describe('TimeChart', () => {
  let crosshairs: (number | null)[]
  let createChart: (root: FakeElement) => TimeChart

  beforeAll(async () => {
    const fakes = {
      devicePixelRatio: 1,
      HTMLElement: FakeElement,
      Path2D: class {},
      navigator: { language: 'en' },
      document: {
        createElement: () => new FakeElement(),
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      },
      matchMedia: () => new FakeElement(),
      getComputedStyle: () => ({ getPropertyValue: () => '' }),
      dispatchEvent: () => true,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      window: globalThis,
    }
    for (const [name, value] of Object.entries(fakes)) vi.stubGlobal(name, value)
    const { TimeChart, plotLeftPx, plotRightPx } = await import('./time-chart')
    createChart = (root) =>
      new TimeChart(root as unknown as HTMLElement, {
        width: plotLeftPx + PLOT_PX + plotRightPx,
        height: 100,
        kind: 'states',
        colours: [0],
        labelled: false,
        group: 'charts',
        labels: new StateLabels(),
        onCrosshair: (at) => crosshairs.push(at?.ts ?? null),
      })
  })

  beforeEach(() => {
    crosshairs = []
  })
  afterAll(() => void vi.unstubAllGlobals())

  const draw = (chart: TimeChart) =>
    chart.draw(
      [
        [1_100, 1_200, 1_300],
        [0, 0, 0],
      ],
      span,
      noOverlays,
    )

  it('points at a time in the very frame in which it is first drawn', () => {
    const chart = createChart(new FakeElement())
    draw(chart)
    chart.pointAt(1_200)
    expect(crosshairs.at(-1)).toBe(1_200)
    chart.destroy()
  })

  it('does not take over the crosshair of others before it was drawn', async () => {
    const root = new FakeElement()
    const [drawn, waiting] = [createChart(root), createChart(new FakeElement())]
    await Promise.resolve()
    draw(drawn)
    root.find('u-over')?.pointAt(PLOT_PX / 2)
    expect(crosshairs.at(-1)).toBe(1_200)
    crosshairs = []
    draw(waiting)
    expect(crosshairs.filter((ts) => ts !== null)).toEqual([])
    root.find('u-over')?.pointAt(PLOT_PX / 4)
    expect(crosshairs).toEqual([1_100, 1_100])
    drawn.destroy()
    waiting.destroy()
  })
})
