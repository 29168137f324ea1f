import fs from 'node:fs'

/** Linux counts the time of processes in ticks of 10 ms, whatever the kernel's own are. */
const tickMs = 10

/** Processor time that running processes have taken so far; ended ones are not counted. */
export function processorMs(pids) {
  return pids.reduce((sum, pid) => sum + ofProcess(pid), 0)
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid) {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

function ofProcess(pid) {
  try {
    const [, rest] = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const [user, system] = rest.split(' ').slice(11, 13).map(Number)
    return (user + system) * tickMs
  } catch {
    return 0
  }
}
