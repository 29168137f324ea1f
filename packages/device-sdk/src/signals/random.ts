/** Random numbers in [0, 1) that a seed repeats: mulberry32, by Tommy Ettinger (public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Correlated noise around 0; a greater `perSecond` makes it change faster. */
export function drift(
  random: () => number,
  amplitude: number,
  perSecond: number,
): (seconds: number) => number {
  let value = (random() - 0.5) * amplitude
  return (seconds) => {
    const kept = Math.exp(-perSecond * seconds)
    const spread = amplitude * Math.sqrt(1 - kept * kept)
    value = value * kept + (random() + random() + random() - 1.5) * spread
    return value
  }
}

/** A daily sine in UTC: -1 at 3 h, 1 at 15 h, moved by `shiftHours`. */
export function dailyCurve(nowMs: number, shiftHours = 0): number {
  const hour = (nowMs / 3_600_000 + shiftHours) % 24
  return Math.sin(((hour - 9) / 24) * 2 * Math.PI)
}

export function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals
  return Math.round(value * factor) / factor
}

export const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
