import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive, processToken } from '../process/processes.mjs'
import { lockInstance } from './instance-lock.mjs'

let dataDir: string
const children: ChildProcess[] = []

beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-lock-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  fs.rmSync(dataDir, { recursive: true, force: true })
})

async function startProcess(
  program = 'setInterval(() => {}, 1000)',
): Promise<{ pid: number; token: string }> {
  const child = spawn(process.execPath, ['-e', `${program}; console.log('up')`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  return { pid, token: processToken(pid) }
}

async function endedProcess(): Promise<{ pid: number; token: string }> {
  const id = await startProcess()
  const child = children.find(({ pid }) => pid === id.pid)
  child?.kill('SIGKILL')
  if (child) await once(child, 'exit')
  return id
}

const writeLock = (content: object) => fs.writeFileSync(path.join(dataDir, 'lock'), JSON.stringify(content))

describe('lockInstance', () => {
  it('refuses while a running process has the lock, and says where that one serves', async () => {
    const holder = await startProcess()
    writeLock({ ...holder, url: 'http://127.0.0.1:3999' })
    await expect(lockInstance(dataDir)).rejects.toThrow(
      `already runs on the data directory ${dataDir}: process ${holder.pid}, at http://127.0.0.1:3999`,
    )
    expect(isAlive(holder.pid)).toBe(true)
  })

  it('waits for an instance that is stopping', async () => {
    const file = path.join(dataDir, 'lock')
    const holder = await startProcess(`setTimeout(() => require('fs').rmSync(${JSON.stringify(file)}), 500)`)
    writeLock({ ...holder, stopping: true })
    const lock = await lockInstance(dataDir)
    expect(JSON.parse(fs.readFileSync(file, 'utf8')).pid).toBe(process.pid)
    lock.release()
  })

  it('ends the api that a killed supervisor left behind', async () => {
    const api = await startProcess()
    writeLock({ ...(await endedProcess()), children: [api] })
    const lock = await lockInstance(dataDir)
    expect(isAlive(api.pid)).toBe(false)
    lock.release()
    expect(fs.existsSync(path.join(dataDir, 'lock'))).toBe(false)
  })

  it('leaves a process alone that merely has the id of an earlier child', async () => {
    const other = await startProcess()
    writeLock({ ...(await endedProcess()), children: [{ pid: other.pid, token: 'of an earlier process' }] })
    ;(await lockInstance(dataDir)).release()
    expect(isAlive(other.pid)).toBe(true)
  })
})
