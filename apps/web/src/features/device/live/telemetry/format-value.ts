import type { TelemetryValue } from '@heliograph/protocol'

/** A number of at most this many characters is shown with all its digits; a longer one is shortened. */
const SHOWN_WHOLE = 12
const LOOKED_AT = 20
const MOST_DECIMALS = 10

/** The value with every digit that the device sent, as JSON writes it; texts as they are. */
export function exactText(value: TelemetryValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** How many decimals a key is shown with: as many as its last values were sent with, so that its figures do not jump. */
export function decimalsOf(values: Float64Array): number {
  let decimals = 0
  for (const value of values.subarray(-LOOKED_AT)) decimals = Math.max(decimals, decimalsSent(value))
  return decimals
}

/** How many decimals the labels of an axis need, whose ticks are this far apart. */
export function decimalsOfStep(step: number): number {
  let decimals = 0
  while (decimals < MOST_DECIMALS && Math.abs(Number(step.toFixed(decimals)) - step) > step * 1e-6)
    decimals += 1
  return decimals
}

/** A number with at least its own digits, or shortened where they are too many to read: `52.520008`, `21.30`. */
export function formatNumber(value: number, decimals: number): string {
  const text = exactText(value)
  const isShort = text.length <= SHOWN_WHOLE
  const size = Math.abs(value)
  if (text.includes('e') || (!isShort && size > 0 && size < 1e-3))
    return isShort ? text : value.toExponential(3)
  const padded = value.toFixed(Math.max(decimals, isShort ? decimalsIn(text) : 0))
  if (padded.length <= SHOWN_WHOLE) return padded
  return isShort || !text.includes('.') ? text : value.toFixed(mostDecimals(value))
}

export function formatValue(value: TelemetryValue, decimals: number): string {
  return typeof value === 'number' ? formatNumber(value, decimals) : exactText(value)
}

/** The decimals of a number; of one with too many digits, those that are worth showing. */
function decimalsSent(value: number): number {
  const text = String(value)
  if (text.includes('e')) return 0
  if (text.length <= SHOWN_WHOLE) return decimalsIn(text)
  const most = mostDecimals(value)
  let decimals = 0
  while (decimals < most && Number(value.toFixed(decimals)) !== Number(value.toFixed(most))) decimals += 1
  return decimals
}

function decimalsIn(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function mostDecimals(value: number): number {
  const size = Math.abs(value)
  if (size >= 1_000) return 1
  return size >= 10 ? 2 : 3
}
