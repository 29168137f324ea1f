import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, processToken } from './processes.mjs'

/**
 * A process as a lock remembers it.
 * @typedef {{ pid: number, token: string }} ProcessId
 * @typedef {ProcessId & { url?: string, children?: ProcessId[], stopping?: boolean }} LockContent
 *
 * @typedef {object} Lock
 * @property {LockContent | undefined} predecessor the lock's content when its last holder was killed
 * @property {(more: Partial<LockContent>) => void} update
 * @property {() => void} release
 */

/** A running process holds the lock. */
export class LockedError extends Error {
  /** @param {LockContent} holder */
  constructor(holder) {
    super(`held by process ${holder.pid}`)
    this.name = 'LockedError'
    this.holder = holder
  }
}

/**
 * Takes a lock that is a file naming its holder. A holder that was killed does not hold it: its process id is gone, or
 * belongs to a process that started at another time.
 * @param {string} file
 * @returns {Lock}
 */
export function takeLock(file) {
  /** @type {LockContent} */
  let content = { pid: process.pid, token: processToken(process.pid) }
  const predecessor = claim(file, content)
  return {
    predecessor,
    update(more) {
      content = { ...content, ...more }
      replace(file, content)
    },
    release() {
      if (read(file)?.pid === process.pid) fs.rmSync(file, { force: true })
    },
  }
}

/**
 * Takes the lock as soon as it is free.
 * @param {string} file
 * @param {(holder: LockContent) => void} onWait called once, when it has to wait
 * @returns {Promise<Lock>}
 */
export async function waitForLock(file, onWait) {
  for (let waited = false; ; waited = true) {
    try {
      return takeLock(file)
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
      if (!waited) onWait(error.holder)
      await sleep(250)
    }
  }
}

/**
 * The process that holds the lock now, if any.
 * @param {string} file
 */
export function lockHolder(file) {
  const holder = read(file)
  return holder && stillRuns(holder) ? holder : undefined
}

/**
 * Whether that very process still runs.
 * @param {ProcessId} id
 */
export function stillRuns({ pid, token }) {
  return isAlive(pid) && processToken(pid) === token
}

/**
 * @param {string} file
 * @param {LockContent} content
 */
function claim(file, content) {
  /** @type {LockContent | undefined} */
  let predecessor
  while (!create(file, content)) {
    const holder = read(file)
    if (holder && stillRuns(holder)) throw new LockedError(holder)
    predecessor = holder ?? predecessor
    discard(file, holder)
  }
  return predecessor
}

/**
 * Creates the file with its content in one step, if it is not there.
 * @param {string} file
 * @param {LockContent} content
 */
function create(file, content) {
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, JSON.stringify(content), { mode: 0o600 })
  try {
    fs.linkSync(draft, file)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

/**
 * Removes a stale lock. Two processes may find the same one, so the moved file is read again: a lock that the other
 * process has taken meanwhile is put back.
 * @param {string} file
 * @param {LockContent | undefined} stale
 */
function discard(file, stale) {
  const aside = `${file}.${process.pid}.stale`
  try {
    fs.renameSync(file, aside)
  } catch {
    return
  }
  const moved = read(aside)
  if (moved && (moved.pid !== stale?.pid || moved.token !== stale.token)) create(file, moved)
  fs.rmSync(aside, { force: true })
}

/**
 * @param {string} file
 * @param {LockContent} content
 */
function replace(file, content) {
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, JSON.stringify(content), { mode: 0o600 })
  fs.renameSync(draft, file)
}

/**
 * @param {string} file
 * @returns {LockContent | undefined}
 */
function read(file) {
  try {
    const content = JSON.parse(fs.readFileSync(file, 'utf8'))
    return Number.isInteger(content?.pid) ? content : undefined
  } catch {
    return undefined
  }
}
