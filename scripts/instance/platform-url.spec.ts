import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { takeLock } from '../process/lock.mjs'
import { parseConfiguration } from './configuration.mjs'
import { platformUrl } from './platform-url.mjs'

let dataDir: string

beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-url-'))
})
afterEach(() => fs.rmSync(dataDir, { recursive: true }))

it('is that of the running instance, whatever its port', () => {
  const lock = takeLock(path.join(dataDir, 'lock'))
  lock.update({ url: 'http://127.0.0.1:3100' })
  expect(platformUrl(parseConfiguration({ DATA_DIR: dataDir }))).toBe('http://127.0.0.1:3100')
  lock.release()
})

it('is on the configured port when no instance runs, also after one was killed', () => {
  const configuration = parseConfiguration({ DATA_DIR: dataDir, PORT: '3200' })
  expect(platformUrl(configuration)).toBe('http://127.0.0.1:3200')
  const killed = { pid: 2 ** 22 + 1, token: '1', url: 'http://127.0.0.1:3100' }
  fs.writeFileSync(path.join(dataDir, 'lock'), JSON.stringify(killed))
  expect(platformUrl(configuration)).toBe('http://127.0.0.1:3200')
})
