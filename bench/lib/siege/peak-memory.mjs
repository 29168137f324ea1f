import fs from 'node:fs'
import { childrenOf } from '../processor-time.mjs'

const everyMs = 200
const kib = 1024

/** The highest memory of the api and of PostgreSQL with its children, in MiB, from now on. */
export class PeakMemory {
  #pids
  #timer
  apiMib = 0
  databaseMib = 0

  constructor({ api, database }) {
    this.#pids = { api, database }
    this.#timer = setInterval(() => this.#look(), everyMs)
    this.#look()
  }

  stop() {
    clearInterval(this.#timer)
  }

  #look() {
    this.apiMib = Math.max(this.apiMib, fieldOf(this.#pids.api, 'VmRSS') / kib)
    this.databaseMib = Math.max(this.databaseMib, databaseKib(this.#pids.database) / kib)
  }
}

/** What processes share is counted once. */
function databaseKib(pid) {
  const pids = [pid, ...childrenOf(pid)]
  const own = pids.reduce((sum, one) => sum + fieldOf(one, 'RssAnon'), 0)
  return own + Math.max(...pids.map((one) => fieldOf(one, 'RssShmem')))
}

function fieldOf(pid, name) {
  try {
    return Number(
      new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0,
    )
  } catch {
    return 0
  }
}
