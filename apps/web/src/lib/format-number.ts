const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** `1,204`; from a million on `1.2 M`, from a billion on `1.2 billion`. */
export function formatCount(count: number): string {
  if (count < 1_000_000) return whole.format(count)
  // What would be rounded to 1,000 M is a billion.
  return count < 999_950_000
    ? `${one.format(count / 1_000_000)} M`
    : `${one.format(count / 1_000_000_000)} billion`
}

/** A rate, with a decimal where that says something: `0.4`, `12`, `1,204`. */
export function formatRate(perSecond: number): string {
  return perSecond < 10 ? one.format(perSecond) : formatCount(perSecond)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in the largest unit that fits, three figures at most: `0 B`, `4.2 kB`, `318 MB`. */
export function formatBytes(bytes: number): { figure: string; unit: string } {
  let [amount, unit] = [bytes, 0]
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1_000
    unit += 1
  }
  return { figure: (amount < 10 && unit > 0 ? one : whole).format(amount), unit: UNITS[unit] ?? '' }
}
