import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rotateSecret } from './rotate-secret.mjs'

let dataDir: string
let file: string

beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-rotate-'))
  file = path.join(dataDir, 'auth-secret')
})
afterEach(() => fs.rmSync(dataDir, { recursive: true, force: true }))

const lines = () => fs.readFileSync(file, 'utf8').trim().split('\n')
const rotate = (...args: string[]) => rotateSecret(args, { dataDir, authSecret: undefined })

describe('rotateSecret', () => {
  it('puts a new secret before the earlier ones, for the owner alone', () => {
    fs.writeFileSync(file, 'first\n')
    rotate()
    rotate()
    expect(lines()).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.any(String), 'first'])
    expect(new Set(lines()).size).toBe(3)
    expect(fs.statSync(file).mode & 0o777).toBe(0o600)
    expect(fs.readdirSync(dataDir)).toEqual(['auth-secret'])
  })

  it('forgets the earlier ones, when there are some', () => {
    fs.writeFileSync(file, 'second\nfirst\n')
    expect(rotate('--forget-earlier')).toContain('1 earlier secret is forgotten')
    expect(lines()).toEqual(['second'])
    expect(rotate('--forget-earlier')).toContain('no earlier secret')
    expect(lines()).toEqual(['second'])
  })

  it('says what to do where it can do nothing', () => {
    expect(() => rotate()).toThrow('npm start')
    expect(() => rotate('--all')).toThrow('--all')
    fs.writeFileSync(file, 'first\n')
    expect(() => rotateSecret([], { dataDir, authSecret: 'x' })).toThrow('AUTH_SECRET_PREVIOUS')
    expect(lines()).toEqual(['first'])
  })
})
