import { describe, expect, it } from 'vitest'
import { parseOptions, UsageError } from './options.js'

const key = ['--key', 'hg_key_x']

describe('parseOptions', () => {
  it('has defaults for everything but the key', () => {
    expect(parseOptions(key, {})).toEqual({
      devices: 5,
      ratePerSecond: 1,
      durationSeconds: null,
      url: 'http://127.0.0.1:3000',
      key: 'hg_key_x',
      keyIsVisible: true,
      transport: 'ws',
      keep: false,
    })
  })

  it('takes the key from the environment', () => {
    expect(parseOptions([], { HELIOGRAPH_API_KEY: 'hg_key_env' })).toMatchObject({
      key: 'hg_key_env',
      keyIsVisible: false,
    })
  })

  it('says how to make a key when there is none', () => {
    expect(() => parseOptions([], {})).toThrow(/API keys.*role admin/)
  })

  it('answers --help without a key', () => {
    expect(parseOptions(['--help'], {})).toBeNull()
  })

  it('takes a trailing slash off the address', () => {
    expect(parseOptions([...key, '--url', 'https://iot.example/'], {})?.url).toBe('https://iot.example')
  })

  it.each([
    ['--devices', '0'],
    ['--devices', '1.5'],
    ['--devices', 'many'],
    ['--rate', '-1'],
    ['--rate', ''],
    ['--duration', '0'],
    ['--transport', 'udp'],
    ['--url', 'ftp://x'],
    ['--colour', 'red'],
  ])('refuses %s %s', (name, value) => {
    expect(() => parseOptions([...key, `${name}=${value}`], {})).toThrow(UsageError)
  })
})
