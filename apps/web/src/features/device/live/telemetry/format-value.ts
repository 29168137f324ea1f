import type { TelemetryValue } from '@heliograph/protocol'

/** How many decimals a key is shown with, so that its figures do not jump: what its last values have, within reason. */
export function decimalsOf(values: Float64Array): number {
  let decimals = 0
  for (const value of values.subarray(-LOOKED_AT)) {
    const most = maximumDecimals(value)
    while (decimals < most && Number(value.toFixed(decimals)) !== Number(value.toFixed(most))) decimals += 1
  }
  return decimals
}

const LOOKED_AT = 20

/** How many decimals the labels of an axis need, whose ticks are this far apart. */
export function decimalsOfStep(step: number): number {
  let decimals = 0
  while (decimals < 6 && Math.abs(Number(step.toFixed(decimals)) - step) > step * 1e-6) decimals += 1
  return decimals
}

export function formatNumber(value: number, decimals: number): string {
  const size = Math.abs(value)
  if (size >= 1e9 || (size > 0 && size < 1e-3)) return value.toExponential(3)
  return formats(Math.min(decimals, 6)).format(value)
}

export function formatValue(value: TelemetryValue, decimals: number): string {
  if (typeof value === 'number') return formatNumber(value, decimals)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function maximumDecimals(value: number): number {
  const size = Math.abs(value)
  if (size >= 1_000) return 1
  if (size >= 10) return 2
  return 3
}

const cache = new Map<number, Intl.NumberFormat>()

function formats(decimals: number): Intl.NumberFormat {
  const known = cache.get(decimals)
  if (known !== undefined) return known
  const format = new Intl.NumberFormat('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  cache.set(decimals, format)
  return format
}
