import { decimalsOfStep } from '../telemetry/format-value'

/** This many characters fit beside a chart. */
const FITTING = 7
const [LEAST_SIZE, GREATEST_SIZE] = [1e-4, 1e18]

const SIZES: [size: number, sign: string][] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/**
 * The labels of an axis of values, `step` apart, each of which fits beside the chart: `20.5`, `4.3 G`. Where only the last
 * digits of long numbers differ, those are shown: `…67295`.
 */
export function valueLabels(ticks: readonly number[], step: number): string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs))
  if (largest >= GREATEST_SIZE || (largest > 0 && largest < LEAST_SIZE))
    return ticks.map((tick) => short(tick.toExponential(1)))
  const decimals = decimalsOfStep(step)
  const plain = ticks.map((tick) => withoutMinusZero(tick.toFixed(decimals)))
  if (fit(plain)) return plain
  for (const [size, sign] of SIZES) {
    if (largest < size) continue
    const shortened = ticks.map((tick) =>
      tick === 0 ? '0' : `${withoutMinusZero((tick / size).toFixed(decimalsOfStep(step / size)))} ${sign}`,
    )
    if (fit(shortened)) return shortened
  }
  return plain.map((text) => (text.length > FITTING ? `…${text.slice(1 - FITTING)}` : text))
}

const fit = (labels: readonly string[]): boolean => labels.every((label) => label.length <= FITTING)

const short = (exponential: string): string =>
  exponential.replace('.0e', 'e').replace('e+', 'e').replace(/^0e0$/, '0')

const withoutMinusZero = (text: string): string => (Number(text) === 0 ? text.replace('-', '') : text)
