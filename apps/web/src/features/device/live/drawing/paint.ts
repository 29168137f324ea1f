import type { LimitStatus, Limits } from '../limits/limits'
import { type Mark, worstOf } from '../marks/mark-store'
import type { StateLabels } from '../telemetry/state-labels'
import { stateColourIndex } from '../telemetry/state-labels'
import type { Band } from './bands'
import type { ChartTheme } from './chart-theme'

/** The area to paint on, in pixels of the canvas, and the scales of times and values. */
export interface Surface {
  context: CanvasRenderingContext2D
  theme: ChartTheme
  left: number
  top: number
  width: number
  height: number
  /** Pixels of the canvas for each pixel of the page. */
  ratio: number
  xOf(ts: number): number
  yOf(value: number): number
}

const [BAND_PX, TEXT_PX, TEXT_INSET_PX, LEAST_TEXT_PX] = [24, 11, 7, 22]

/** States as bands of colour, with their text where it fits. */
export function paintBands(
  surface: Surface,
  bands: readonly Band[],
  labels: StateLabels,
  colourIndex: number,
): void {
  const { context, theme, left, top, width, height, ratio, xOf } = surface
  const bandHeight = Math.min(height, BAND_PX * ratio)
  const y = top + (height - bandHeight) / 2
  context.save()
  context.beginPath()
  context.rect(left, top, width, height)
  context.clip()
  context.font = `500 ${TEXT_PX * ratio}px "Inter Variable", sans-serif`
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  for (const { from, to, code } of bands) {
    const x = Math.max(left, xOf(from))
    const end = Math.min(left + width, Math.max(xOf(to), x + ratio))
    const index = stateColourIndex(code, colourIndex, labels)
    const colour = index === null ? theme.offline : (theme.series[index % theme.series.length] ?? theme.ink)
    context.globalAlpha = index === null ? 0.16 : 0.26
    context.fillStyle = colour
    context.fillRect(x, y, end - x, bandHeight)
    context.globalAlpha = 1
    context.fillRect(x, y + bandHeight - 2 * ratio, end - x, 2 * ratio)
    paintText(surface, labels.textOf(code), x, end, y + bandHeight / 2 - ratio)
  }
  context.restore()
}

function paintText(
  { context, theme, ratio }: Surface,
  text: string,
  x: number,
  end: number,
  y: number,
): void {
  const space = end - x - 2 * TEXT_INSET_PX * ratio
  if (space < LEAST_TEXT_PX * ratio) return
  let shown = text
  while (shown.length > 1 && context.measureText(shown).width > space) {
    // Long texts lose much at once, so that few are measured.
    shown = `${shown.slice(0, Math.min(shown.length - 2, Math.ceil(shown.length * 0.8)))}…`
  }
  if (context.measureText(shown).width > space) return
  context.fillStyle = theme.inkStrong
  context.fillText(shown, x + TEXT_INSET_PX * ratio, y)
}

/** Limits as dashed lines, and what lies beyond them faintly in their colour. */
export function paintLimits(surface: Surface, limits: Limits): void {
  const { context, theme, left, top, width, height, ratio, yOf } = surface
  const bottom = top + height
  const paint = (value: number | null, status: LimitStatus, isAbove: boolean) => {
    if (value === null) return
    const y = Math.min(bottom, Math.max(top, yOf(value)))
    context.fillStyle = theme[status]
    context.globalAlpha = 0.1
    if (isAbove) context.fillRect(left, top, width, y - top)
    else context.fillRect(left, y, width, bottom - y)
    if (y <= top || y >= bottom) return
    context.globalAlpha = 0.9
    context.strokeStyle = theme[status]
    context.lineWidth = ratio
    context.setLineDash(status === 'critical' ? [] : [4 * ratio, 3 * ratio])
    context.beginPath()
    context.moveTo(left, Math.round(y) + 0.5)
    context.lineTo(left + width, Math.round(y) + 0.5)
    context.stroke()
  }
  context.save()
  for (const status of ['warning', 'critical'] as const) {
    paint(limits[status].above, status, true)
    paint(limits[status].below, status, false)
  }
  context.restore()
}

/** Paints marks as thin vertical lines. */
export function paintMarks(surface: Surface, marks: readonly Mark[]): void {
  const { context, theme, top, height, ratio, xOf } = surface
  context.save()
  context.lineWidth = ratio
  context.setLineDash([2 * ratio, 3 * ratio])
  let lastX = Number.NEGATIVE_INFINITY
  for (const mark of marks) {
    const x = Math.round(xOf(mark.ts)) + 0.5
    if (x - lastX < 2 * ratio) continue
    lastX = x
    context.globalAlpha = 0.55
    context.strokeStyle = colourOfMark(mark, theme)
    context.beginPath()
    context.moveTo(x, top)
    context.lineTo(x, top + height)
    context.stroke()
  }
  context.restore()
}

export function colourOfMark({ kind, level }: Mark, theme: ChartTheme): string {
  if (kind === 'connected') return theme.online
  if (kind === 'disconnected') return theme.offline
  if (kind === 'refusal' || level === 'error' || level === 'critical') return theme.critical
  return level === 'warning' ? theme.warning : theme.ink
}

/** The sign of a group of marks: a shape for each kind, as colour alone says nothing to some. */
export function paintMarkSign(
  { context, theme, ratio }: Pick<Surface, 'context' | 'theme' | 'ratio'>,
  marks: readonly Mark[],
  x: number,
  y: number,
): void {
  const mark = worstOf(marks)
  if (mark === undefined) return
  const size = 4 * ratio
  context.save()
  context.fillStyle = context.strokeStyle = colourOfMark(mark, theme)
  context.lineWidth = 1.5 * ratio
  context.beginPath()
  if (mark.kind === 'connected') context.arc(x, y, size * 0.8, 0, 2 * Math.PI)
  else if (mark.kind === 'disconnected') context.arc(x, y, size * 0.7, 0, 2 * Math.PI)
  else if (mark.kind === 'refusal') cross(context, x, y, size * 0.8)
  else diamond(context, x, y, size)
  if (mark.kind === 'disconnected' || mark.kind === 'refusal') context.stroke()
  else context.fill()
  context.restore()
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.moveTo(x - size, y - size)
  context.lineTo(x + size, y + size)
  context.moveTo(x + size, y - size)
  context.lineTo(x - size, y + size)
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.moveTo(x, y - size)
  context.lineTo(x + size, y)
  context.lineTo(x, y + size)
  context.lineTo(x - size, y)
  context.closePath()
}
