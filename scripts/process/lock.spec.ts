import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProject } from '../foundation/paths.mjs'
import { LockedError, takeLock, waitForLock } from './lock.mjs'
import { processToken } from './processes.mjs'

let file: string

beforeEach(() => {
  file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lock-')), 'lock')
})

afterEach(() => fs.rmSync(path.dirname(file), { recursive: true }))

/** A process that takes the lock, says so, and never lets go of it. */
async function holder() {
  const script = `
    const { takeLock } = await import(${JSON.stringify(inProject('scripts/process/lock.mjs'))})
    const lock = takeLock(${JSON.stringify(file)})
    lock.update({ url: 'http://127.0.0.1:1', children: [{ pid: 1, token: 'x' }] })
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

describe('takeLock', () => {
  it('refuses while the holder lives, and says who it is', async () => {
    const child = await holder()
    expect(() => takeLock(file)).toThrow(LockedError)
    try {
      takeLock(file)
    } catch (error) {
      expect(error).toMatchObject({ holder: { pid: child.pid, url: 'http://127.0.0.1:1' } })
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  it('is not blocked by a holder that was killed, and learns what it left behind', async () => {
    const child = await holder()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = takeLock(file)
    expect(lock.predecessor).toMatchObject({ pid: child.pid, children: [{ pid: 1, token: 'x' }] })
    lock.release()
  })

  it('is not blocked by another process that has the number of the one that was killed', () => {
    fs.writeFileSync(file, JSON.stringify({ pid: process.pid, token: `${processToken(process.pid)}0` }))
    takeLock(file).release()
  })

  it('is not blocked by a file that is empty or no lock at all', () => {
    for (const content of ['', 'null', '{"pid":"x"}', '\0\0']) {
      fs.writeFileSync(file, content)
      takeLock(file).release()
    }
  })

  it('leaves nothing behind', () => {
    takeLock(file).release()
    expect(fs.readdirSync(path.dirname(file))).toEqual([])
  })
})

describe('waitForLock', () => {
  it('gets the lock when the holder is gone', async () => {
    const child = await holder()
    const waitedFor = await new Promise<number>((resolve) => {
      waitForLock(file, ({ pid }) => resolve(pid)).then((lock) => lock.release())
    })
    expect(waitedFor).toBe(child.pid)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect.poll(() => fs.existsSync(file)).toBe(false)
  })
})
