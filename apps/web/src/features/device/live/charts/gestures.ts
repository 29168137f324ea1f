import type { ChartView } from '../range/chart-view'
import type { Span } from '../telemetry/span'

interface GestureOptions {
  view: ChartView
  /** The times' area, in pixels from the left of the element. */
  area(): { left: number; width: number }
  /** The selection, in pixels of the area; null without one. */
  onSelect(selection: { left: number; width: number } | null): void
}

/** A shorter drag is a click. */
const DRAG_PX = 5
const ZOOM_PER_PX = 0.0022
const LINE_PX = 18

interface Drag {
  kind: 'select' | 'pan'
  startX: number
  startSpan: Span
  moved: boolean
}

/**
 * Mouse: a drag selects what to zoom to; with Shift, with the middle button or on the axes it moves. The wheel zooms while
 * the charts have the focus or Ctrl is down, as a pinch on a touchpad does, and moves when it is turned sideways.
 * Touch: one finger moves sideways and leaves up and down to the page, two zoom. Double click: as it was.
 */
export function listenToGestures(root: HTMLElement, options: GestureOptions): () => void {
  const gestures = new Gestures(root, options)
  const abort = new AbortController()
  const { signal } = abort
  root.addEventListener('pointerdown', (event) => gestures.down(event), { signal })
  root.addEventListener('pointermove', (event) => gestures.move(event), { signal })
  root.addEventListener('pointerup', (event) => gestures.up(event), { signal })
  root.addEventListener('pointercancel', (event) => gestures.cancel(event), { signal })
  root.addEventListener('wheel', (event) => gestures.wheel(event), { signal, passive: false })
  root.addEventListener('dblclick', () => options.view.reset(), { signal })
  return () => abort.abort()
}

class Gestures {
  readonly #pointers = new Map<number, number>()
  #drag: Drag | null = null

  constructor(
    private readonly root: HTMLElement,
    private readonly options: GestureOptions,
  ) {}

  down(event: PointerEvent): void {
    if (isControl(event.target) || event.button > 1) return
    const x = this.#xOf(event)
    this.#pointers.set(event.pointerId, x)
    if (event.pointerType !== 'touch') this.root.setPointerCapture(event.pointerId)
    const onAxis = x < 0 || isOnTimes(event)
    const pans = event.pointerType === 'touch' || event.shiftKey || event.button === 1 || onAxis
    if (event.button === 1) event.preventDefault()
    this.#drag = {
      kind: pans ? 'pan' : 'select',
      startX: x,
      startSpan: this.options.view.span(),
      moved: false,
    }
    if (this.#pointers.size > 1) this.options.onSelect(null)
  }

  move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId)
    if (before === undefined || this.#drag === null) return
    const x = this.#xOf(event)
    if (this.#pointers.size === 2) {
      this.#pinch(event.pointerId, before, x)
      return
    }
    this.#pointers.set(event.pointerId, x)
    this.#drag.moved ||= Math.abs(x - this.#drag.startX) > DRAG_PX
    if (this.#drag.moved) this.#dragTo(this.#drag, x)
  }

  up(event: PointerEvent): void {
    const drag = this.#drag
    // After a gesture, keys and the wheel work on the charts too.
    if (drag !== null) this.root.querySelector<HTMLElement>('[role="slider"]')?.focus({ preventScroll: true })
    const x = this.#xOf(event)
    this.#forget(event)
    if (drag?.kind !== 'select' || !drag.moved || this.#pointers.size > 0) return
    const [from, to] = [drag.startX, x]
      .map((edge) => this.#timeAt(edge, drag.startSpan))
      .sort((a, b) => a - b)
    if (from !== undefined && to !== undefined) this.options.view.show({ min: from, max: to })
  }

  cancel(event: PointerEvent): void {
    this.#forget(event)
  }

  wheel(event: WheelEvent): void {
    const pinches = event.ctrlKey || event.metaKey
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
    const focused = this.root.contains(document.activeElement)
    // Otherwise the wheel belongs to the page: charts that fill it must not hold it fast.
    if (!pinches && !sideways && !focused) return
    event.preventDefault()
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1
    const { min, max } = this.options.view.span()
    if (sideways && !pinches) {
      const delta = (event.deltaX || event.deltaY) * scale
      this.options.view.pan((delta / this.options.area().width) * (max - min))
    } else {
      const speed = event.ctrlKey ? 4 : 1
      const factor = Math.exp(Math.max(-240, Math.min(240, event.deltaY * scale * speed)) * ZOOM_PER_PX)
      this.options.view.zoom(factor, this.#timeAt(this.#xOf(event), { min, max }))
    }
  }

  #dragTo({ kind, startX, startSpan }: Drag, x: number): void {
    const { width } = this.options.area()
    if (kind === 'pan') {
      const byMs = ((startX - x) / width) * (startSpan.max - startSpan.min)
      this.options.view.show({ min: startSpan.min + byMs, max: startSpan.max + byMs })
      return
    }
    const [from, to] = [startX, x].map((edge) => Math.min(width, Math.max(0, edge)))
    if (from === undefined || to === undefined) return
    this.options.onSelect({ left: Math.min(from, to), width: Math.abs(to - from) })
  }

  /** The times under the two fingers stay under them. */
  #pinch(pointer: number, before: number, x: number): void {
    const other = [...this.#pointers].find(([id]) => id !== pointer)?.[1]
    if (other === undefined) return
    const { view, area } = this.options
    const { min, max } = view.span()
    const [oldGap, newGap] = [Math.max(20, Math.abs(before - other)), Math.max(20, Math.abs(x - other))]
    this.#pointers.set(pointer, x)
    const spanMs = (max - min) * (oldGap / newGap)
    const held = this.#timeAt((before + other) / 2, { min, max })
    const from = held - ((x + other) / 2 / area().width) * spanMs
    view.show({ min: from, max: from + spanMs })
    if (this.#drag !== null) this.#drag = { kind: 'pan', startX: x, startSpan: view.span(), moved: true }
  }

  #forget(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId)
    const [left] = this.#pointers.values()
    this.#drag =
      left === undefined
        ? null
        : { kind: 'pan', startX: left, startSpan: this.options.view.span(), moved: true }
    this.options.onSelect(null)
  }

  #xOf(event: MouseEvent): number {
    return event.clientX - this.root.getBoundingClientRect().left - this.options.area().left
  }

  #timeAt(x: number, { min, max }: Span): number {
    const { width } = this.options.area()
    return min + (Math.min(width, Math.max(0, x)) / width) * (max - min)
  }
}

const isControl = (target: EventTarget | null) =>
  target instanceof Element && target.closest('button, a, input, select') !== null

/** On the labels below the lowest chart. */
const isOnTimes = (event: PointerEvent) =>
  event.target instanceof Element && event.target.closest('.u-over') === null
