import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { removeLeftovers } from './leftovers.mjs'

it('removes unfinished files of ended processes and nothing else', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-leftovers-'))
  const { pid: ended } = spawnSync(process.execPath, ['--version'])
  const kept = [`a.partial-${process.pid}`, `a.restoring-${ended}`, 'a.partial-none', 'a.tar.gz']
  for (const name of [...kept, `a.partial-${ended}`]) fs.writeFileSync(path.join(directory, name), '')
  removeLeftovers(directory, 'partial')
  expect(fs.readdirSync(directory).sort()).toEqual([...kept].sort())
  fs.rmSync(directory, { recursive: true })
})
