const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const exact = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

/** A label below a tick: with seconds where ticks are closer than a minute. */
export const formatTick = (ts: number, stepMs: number): string =>
  (stepMs < 60_000 ? seconds : minutes).format(ts)

/** The time under the crosshair, to the millisecond. */
export const formatMoment = (ts: number): string => exact.format(ts)

const STEPS_MS = [5, 10, 15, 30, 60, 120, 300, 600].map((step) => step * 1_000)

/** How far apart ticks are, so that about one fits each `spacePx`. */
export function tickStep(windowMs: number, widthPx: number, spacePx: number): number {
  const wanted = (windowMs * spacePx) / Math.max(1, widthPx)
  return STEPS_MS.find((step) => step >= wanted) ?? 900_000
}
