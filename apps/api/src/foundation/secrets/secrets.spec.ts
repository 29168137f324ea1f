import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { authSecrets } from './auth-secret.js'
import { Secrets } from './secrets.js'

describe('Secrets', () => {
  const secrets = new Secrets('a secret of thirty-two characters')

  it('makes secrets of 256 random bits with a prefix for their kind', () => {
    expect(secrets.make('device credential')).toMatch(/^hg_dev_[A-Za-z0-9_-]{43}$/)
    expect(secrets.make('api key')).toMatch(/^hg_key_[A-Za-z0-9_-]{43}$/)
    expect(secrets.make('application')).toMatch(/^hg_app_[A-Za-z0-9_-]{43}$/)
    expect(secrets.make('mqtt token')).not.toBe(secrets.make('mqtt token'))
  })

  it('hashes a secret differently for each kind and AUTH_SECRET', () => {
    const { hash, keyId } = secrets.hash('api key', 'x')
    expect(secrets.hash('api key', Buffer.from('x'))).toEqual({ hash, keyId })
    expect(secrets.matches(hash, secrets.hash('mqtt token', 'x').hash)).toBe(false)
    const other = new Secrets('another secret').hash('api key', 'x')
    expect(secrets.matches(hash, other.hash)).toBe(false)
    expect(other.keyId).not.toBe(keyId)
    expect(secrets.matches(hash, hash.subarray(1))).toBe(false)
  })

  it('recognizes what an earlier AUTH_SECRET hashed or signed', () => {
    const rotated = new Secrets('another secret', 'a secret of thirty-two characters')
    const [current, earlier, ...more] = rotated.hashes('api key', 'x')
    expect(current).toEqual(rotated.hash('api key', 'x'))
    expect(earlier).toEqual(secrets.hash('api key', 'x'))
    expect(more).toEqual([])
    const signature = secrets.signKnownBrowser('text')
    expect(rotated.isKnownBrowserSignature(signature, 'text')).toBe(true)
    expect(rotated.isKnownBrowserSignature(signature, 'other text')).toBe(false)
    expect(new Secrets('another secret').isKnownBrowserSignature(signature, 'text')).toBe(false)
  })

  it('seals texts, which only the same AUTH_SECRET, or one that came after it, opens', () => {
    const sealed = secrets.seal('https://iot.example.com/reset-password#…')
    expect(sealed.includes('example')).toBe(false)
    expect(secrets.seal('https://iot.example.com/reset-password#…')).not.toEqual(sealed)
    expect(secrets.unseal(sealed)).toBe('https://iot.example.com/reset-password#…')
    const rotated = new Secrets('another secret', 'a secret of thirty-two characters')
    expect(rotated.unseal(sealed)).toBe('https://iot.example.com/reset-password#…')
    expect(new Secrets('another secret').unseal(sealed)).toBeNull()
    for (const [index, byte] of sealed.entries()) {
      const changed = Buffer.from(sealed)
      changed[index] = byte ^ 1
      expect(secrets.unseal(changed)).toBeNull()
    }
    expect(secrets.unseal(Buffer.alloc(3))).toBeNull()
  })
})

describe('authSecrets', () => {
  const notGiven = { authSecret: null, previousAuthSecrets: [] }
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-secret-'))
  afterEach(() => fs.rmSync(dataDir, { recursive: true, force: true }))

  it('returns the secret of the configuration', () => {
    expect(authSecrets({ authSecret: 'given', previousAuthSecrets: ['earlier'], dataDir })).toEqual([
      'given',
      'earlier',
    ])
    expect(fs.existsSync(path.join(dataDir, 'auth-secret'))).toBe(false)
  })

  it('makes a secret once, readable by its owner only', () => {
    const secrets = authSecrets({ ...notGiven, dataDir })
    expect(secrets).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
    expect(authSecrets({ ...notGiven, dataDir })).toEqual(secrets)
    expect(fs.statSync(path.join(dataDir, 'auth-secret')).mode & 0o777).toBe(0o600)
    expect(fs.readdirSync(dataDir)).toEqual(['auth-secret'])
  })

  it('returns earlier secrets of the file, and of the configuration, behind the current one', () => {
    const [second, first] = ['2'.repeat(64), '1'.repeat(64)]
    fs.mkdirSync(dataDir, { recursive: true })
    fs.writeFileSync(path.join(dataDir, 'auth-secret'), `${second}\n${first}\n`)
    const given = { authSecret: null, previousAuthSecrets: ['0'], dataDir }
    expect(authSecrets(given)).toEqual([second, first, '0'])
  })

  it('throws when the stored secret is damaged', () => {
    fs.mkdirSync(dataDir, { recursive: true })
    for (const damaged of ['half', `${'s'.repeat(64)}\nhalf\n`]) {
      fs.writeFileSync(path.join(dataDir, 'auth-secret'), damaged)
      expect(() => authSecrets({ ...notGiven, dataDir })).toThrow('AUTH_SECRET')
    }
  })
})
