import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { authSecret } from './auth-secret.js'
import { Secrets } from './secrets.js'

describe('Secrets', () => {
  const secrets = new Secrets('a secret of thirty-two characters')

  it('makes secrets of 256 random bits with a prefix for their kind', () => {
    expect(secrets.make('device credential')).toMatch(/^hg_dev_[A-Za-z0-9_-]{43}$/)
    expect(secrets.make('api key')).toMatch(/^hg_key_[A-Za-z0-9_-]{43}$/)
    expect(secrets.make('mqtt token')).not.toBe(secrets.make('mqtt token'))
  })

  it('hashes a secret differently for each kind and key', () => {
    const hash = secrets.hash('api key', 'x')
    expect(secrets.matches(hash, secrets.hash('api key', Buffer.from('x')))).toBe(true)
    expect(secrets.matches(hash, secrets.hash('mqtt token', 'x'))).toBe(false)
    expect(secrets.matches(hash, new Secrets('another secret').hash('api key', 'x'))).toBe(false)
    expect(secrets.matches(hash, hash.subarray(1))).toBe(false)
  })
})

describe('authSecret', () => {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-secret-'))
  afterEach(() => fs.rmSync(dataDir, { recursive: true, force: true }))

  it('returns the secret of the configuration', () => {
    expect(authSecret({ authSecret: 'given', dataDir })).toBe('given')
    expect(fs.existsSync(path.join(dataDir, 'auth-secret'))).toBe(false)
  })

  it('makes a secret once, readable by its owner only', () => {
    const secret = authSecret({ authSecret: null, dataDir })
    expect(secret).toMatch(/^[0-9a-f]{64}$/)
    expect(authSecret({ authSecret: null, dataDir })).toBe(secret)
    expect(fs.statSync(path.join(dataDir, 'auth-secret')).mode & 0o777).toBe(0o600)
    expect(fs.readdirSync(dataDir)).toEqual(['auth-secret'])
  })

  it('throws when the stored secret is damaged', () => {
    fs.mkdirSync(dataDir, { recursive: true })
    fs.writeFileSync(path.join(dataDir, 'auth-secret'), 'half')
    expect(() => authSecret({ authSecret: null, dataDir })).toThrow('AUTH_SECRET')
  })
})
