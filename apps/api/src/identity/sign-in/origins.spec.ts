import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../foundation/config/config.js'
import type { Client } from '../../http/front-door/client.js'
import { Origins } from './origins.js'

const origins = (environment: Record<string, string>) =>
  new Origins(parseConfig({ DATABASE_URL: 'postgresql://db', ...environment }))
const at = (host: string, protocol: Client['protocol'] = 'http'): Client => ({ address: '', host, protocol })

describe('Origins', () => {
  it('treats localhost and 127.0.0.1 as the same', () => {
    const own = origins({})
    expect(own.allows('http://localhost:3000', at('127.0.0.1:3000'))).toBe(true)
    expect(own.allows('http://127.0.0.1:3000', at('localhost:3000'))).toBe(true)
    expect(own.allows('http://localhost:3001', at('127.0.0.1:3000'))).toBe(false)
  })

  it('allows the address that the client used, when HOST is reachable by others', () => {
    const own = origins({ HOST: '0.0.0.0' })
    expect(own.allows('http://pump-house.lan:3000', at('pump-house.lan:3000'))).toBe(true)
    expect(own.allows('https://pump-house.lan:3000', at('pump-house.lan:3000'))).toBe(false)
    expect(own.allows('http://evil.example', at('pump-house.lan:3000'))).toBe(false)
  })

  it('does not allow a foreign name that resolves to a loopback address', () => {
    expect(origins({}).allows('http://evil.example:3000', at('evil.example:3000'))).toBe(false)
    expect(origins({}).allows('http://127.0.0.1:8080', at('127.0.0.1:8080'))).toBe(true)
  })

  it('allows PUBLIC_URL and ALLOWED_ORIGINS only, when PUBLIC_URL is set', () => {
    const own = origins({
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://iot.example.com',
      ALLOWED_ORIGINS: 'https://other.example',
    })
    expect(own.allows('https://iot.example.com', at('anything'))).toBe(true)
    expect(own.allows('https://other.example', at('anything'))).toBe(true)
    expect(own.allows('http://anything', at('anything'))).toBe(false)
  })

  it('trusts pages of the own machine only when the platform is reached there', () => {
    const local = 'http://localhost:3000'
    const published = origins({ PUBLIC_URL: 'https://iot.example.com' })
    expect(published.allows(local, at('iot.example.com', 'https'))).toBe(false)
    expect(published.allows(local, at('127.0.0.1:3000'))).toBe(false)
    const inTheNetwork = origins({ HOST: '0.0.0.0' })
    expect(inTheNetwork.allows(local, at('pump-house.lan:3000'))).toBe(false)
    expect(inTheNetwork.allows(local, at('127.0.0.1:3000'))).toBe(true)
    const named = origins({ PUBLIC_URL: 'http://localhost:8080' })
    expect(named.allows('http://127.0.0.1:8080', at('localhost:8080'))).toBe(true)
    expect(named.allows(local, at('localhost:8080'))).toBe(true)
    expect(named.allows('http://localhost:8081', at('localhost:8080'))).toBe(false)
  })

  it('does not let pages of another origin use a cookie', () => {
    const own = origins({})
    const client = at('127.0.0.1:3000')
    expect(own.allowsCookies({ origin: 'http://evil.example' }, client)).toBe(false)
    expect(own.allowsCookies({ origin: 'null' }, client)).toBe(false)
    expect(own.allowsCookies({ 'sec-fetch-site': 'cross-site' }, client)).toBe(false)
    expect(own.allowsCookies({ 'sec-fetch-site': 'same-site' }, client)).toBe(false)
    expect(own.allowsCookies({ 'sec-fetch-site': 'same-origin' }, client)).toBe(true)
    expect(own.allowsCookies({}, client)).toBe(true)
  })
})
