import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { stillRuns } from './lock.mjs'
import { parentOf, processToken, sendSignal } from './processes.mjs'

/** @typedef {import('./lock.mjs').ProcessId} ProcessId */

const pollMs = 50

/**
 * Ends a process and all that it has started, directly or not: by SIGTERM and, after the timeout, by SIGKILL. Tools such
 * as npm and turbo end without waiting for what they have started.
 * @param {number} pid
 * @param {number} timeoutMs
 */
export async function endTree(pid, timeoutMs) {
  const tree = processTree(pid)
  for (const { pid } of tree) sendSignal(pid, 'SIGTERM')
  const deadline = Date.now() + timeoutMs
  while (tree.some(stillRuns) && Date.now() < deadline) await sleep(pollMs)
  killTree(pid, tree)
}

/**
 * Kills at once what is left of a tree.
 * @param {number} pid
 * @param {ProcessId[]} [known] processes of the tree as it was before
 */
export function killTree(pid, known = []) {
  for (const id of [...known, ...processTree(pid)]) {
    if (stillRuns(id)) sendSignal(id.pid, 'SIGKILL')
  }
}

/**
 * A process and its descendants.
 * @param {number} root
 * @returns {ProcessId[]}
 */
export function processTree(root) {
  /** @type {Map<number, number[]>} */
  const children = new Map()
  for (const [pid, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), pid])
  const pids = [root]
  for (const pid of pids) pids.push(...(children.get(pid) ?? []))
  return pids.map((pid) => ({ pid, token: processToken(pid) })).filter(stillRuns)
}

/** @returns {[pid: number, parent: number][]} of all processes */
function parents() {
  if (process.platform === 'linux') {
    const pids = fs.readdirSync('/proc').map(Number).filter(Number.isInteger)
    return pids.map((pid) => [pid, parentOf(pid)])
  }
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number)
    return [pid, parent]
  })
}
