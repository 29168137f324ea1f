import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isReachable, readAccounts, unprivilegedAccount } from './accounts.mjs'

const root = { name: 'root', uid: 0, gid: 0 }
const daemon = { name: 'daemon', uid: 1, gid: 1 }
const nobody = { name: 'nobody', uid: 65534, gid: 65534 }
const person = { name: 'ada', uid: 1000, gid: 1000 }

let directory: string

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'accounts-'))
  fs.chmodSync(directory, 0o755)
})

afterEach(() => fs.rmSync(directory, { recursive: true }))

describe('readAccounts', () => {
  it('reads what is in the file, past lines that are no account', () => {
    const file = path.join(directory, 'passwd')
    fs.writeFileSync(file, 'root:x:0:0:root:/root:/bin/bash\n+\nnobody:x:65534:65534::/:/bin/false\n')
    expect(readAccounts(file)).toEqual([root, nobody])
    expect(readAccounts(path.join(directory, 'none'))).toEqual([])
  })
})

describe('unprivilegedAccount', () => {
  it('prefers an account made for such things to a person’s, and never takes root', () => {
    expect(unprivilegedAccount([root, person, daemon, nobody])).toEqual(nobody)
    expect(unprivilegedAccount([root, person])).toEqual(person)
    expect(unprivilegedAccount([root])).toBeUndefined()
  })
})

describe('isReachable', () => {
  it('needs every directory above to let others pass', () => {
    const inner = path.join(directory, 'home', 'clone')
    fs.mkdirSync(inner, { recursive: true, mode: 0o755 })
    expect(isReachable(inner, 54321)).toBe(true)
    fs.chmodSync(path.join(directory, 'home'), 0o700)
    expect(isReachable(inner, 54321)).toBe(false)
    expect(isReachable(inner, fs.statSync(inner).uid)).toBe(true)
  })
})
