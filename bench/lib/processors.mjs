import fs from 'node:fs'
import os from 'node:os'

const ticksPerSecond = 100

/**
 * Starts to count; the returned function gives the share of one processor that all processes have taken since, except
 * these, their children and this one.
 */
export function cpuShare(pids) {
  const startedAt = performance.now()
  const all = busyTicks()
  const own = ownTicks(pids)
  return () => {
    const seconds = (performance.now() - startedAt) / 1_000
    const others = (busyTicks() - all - (ownTicks(pids) - own)) / ticksPerSecond
    return Math.max(0, others / seconds)
  }
}

function busyTicks() {
  return os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 10
}

function ownTicks(roots) {
  const parents = new Map()
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = read(`/proc/${name}/stat`)
    if (stat !== undefined) parents.set(Number(name), stat)
  }
  const isOurs = (pid) => pid > 1 && (roots.includes(pid) || isOurs(parents.get(pid)?.parent ?? 0))
  return [...parents].reduce((sum, [pid, { ticks }]) => sum + (isOurs(pid) ? ticks : 0), 0)
}

function read(file) {
  try {
    const [, rest] = fs.readFileSync(file, 'utf8').split(/\) (.*)/s)
    const fields = rest.split(' ')
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
