import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { endWithUs } from '../../scripts/process/end-with-us.mjs'
import { inScratch } from './scratch.mjs'

const startTimeoutMs = 120_000
const stopTimeoutMs = 15_000

/**
 * Starts a server pinned to a processor and resolves when it is ready: when it says so over IPC (`ipc`), or when
 * its ports answer. Its output goes to a file; when it ends before it is ready, the end of its output is shown.
 */
export async function startServer({ name, cpu, command, env = process.env, cwd, ports = [], ipc = false }) {
  const logFile = inScratch('logs', `${name.replaceAll(/[^\w.-]+/g, '-')}.log`)
  const log = fs.openSync(logFile, 'w')
  const [program, ...args] = cpu ? ['taskset', '-c', cpu, ...command] : command
  const child = spawn(program, args.map(String), {
    env,
    cwd,
    stdio: ['ignore', log, log, ...(ipc ? ['ipc'] : [])],
  })
  fs.closeSync(log)
  endWithUs(child)
  const exited = new Promise((resolve) => child.once('close', resolve))
  const ended = exited.then((code) => {
    const tail = fs.readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n')
    throw new Error(`${name} ended with ${code} before it was ready:\n${tail}`)
  })
  const ready = ipc ? once(child, 'message') : Promise.all(ports.map(untilListening))
  await Promise.race([ready, ended])
  return { pid: child.pid, stop: () => stop(child, exited) }
}

async function stop(child, exited) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  child.kill('SIGTERM')
  await exited
  clearTimeout(impatience)
}

async function untilListening(port) {
  const deadline = Date.now() + startTimeoutMs
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port}`)
    await sleep(20)
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
