import fs from 'node:fs'

const mib = 1024

/** Samples the resident memory of a process each second, until told to stop; then gives MiB over time. */
export function watchMemory(pid, everyMs = 1_000) {
  const samples = []
  const startedAt = Date.now()
  const take = () => {
    const kib = residentKib(pid)
    if (kib !== undefined) samples.push({ seconds: (Date.now() - startedAt) / 1_000, mib: kib / mib })
  }
  take()
  const timer = setInterval(take, everyMs)
  return () => {
    clearInterval(timer)
    take()
    return samples
  }
}

/**
 * Whether memory grows: compares the median of the last quarter with that of the second. The first quarter does not
 * count, because a heap reaches its size in it.
 */
export function growthOf(samples) {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  const median = (part) => part.map((sample) => sample.mib).sort((a, b) => a - b)[part.length >> 1]
  const before = median(samples.slice(quarter, 2 * quarter))
  const after = median(samples.slice(-quarter))
  return { before, after, flat: after <= before * 1.1 + 8 }
}

function residentKib(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}
