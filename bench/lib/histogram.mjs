/** Reads what /metrics says of a histogram, as a map of upper bound to count. `labels` is as in the text: `until="checked"`. */
export function bucketsOf(text, name, labels = '') {
  const buckets = new Map()
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}_bucket{`) || !line.includes(labels)) continue
    const bound = /le="([^"]+)"/.exec(line)?.[1]
    buckets.set(bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(line.split(' ').at(-1)))
  }
  return buckets
}

/** The quantile of what came between two readings, interpolated in its bucket. */
export function quantileBetween(before, after, quantile) {
  const bounds = [...after.keys()].sort((a, b) => a - b)
  const counts = bounds.map((bound) => after.get(bound) - (before.get(bound) ?? 0))
  const wanted = quantile * (counts.at(-1) ?? 0)
  const index = counts.findIndex((count) => count >= wanted)
  if (index < 0 || wanted === 0) return undefined
  const [low, below] = index === 0 ? [0, 0] : [bounds[index - 1], counts[index - 1]]
  const high = Number.isFinite(bounds[index]) ? bounds[index] : low
  return low + ((high - low) * (wanted - below)) / Math.max(1, counts[index] - below)
}
