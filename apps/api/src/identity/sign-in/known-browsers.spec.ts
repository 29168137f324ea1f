import { describe, expect, it } from 'vitest'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { KnownBrowsers } from './known-browsers.js'

const secrets = new Secrets('a secret of thirty-two characters')
const browsers = new KnownBrowsers({ publicUrl: null }, secrets)
const cookieOf = (setCookie: string) => setCookie.split(';', 1)[0] ?? ''
const dayMs = 86_400_000

describe('KnownBrowsers', () => {
  it('knows a browser that was remembered with an earlier AUTH_SECRET', () => {
    const cookie = cookieOf(browsers.remember(undefined, 'ada@example.com'))
    const rotated = new KnownBrowsers(
      { publicUrl: null },
      new Secrets('another secret', 'a secret of thirty-two characters'),
    )
    expect(rotated.identify(cookie, 'ada@example.com')).not.toBeNull()
  })

  it('knows a browser for the account that signed in there, and for no other', () => {
    const cookie = cookieOf(browsers.remember(undefined, 'ada@example.com'))
    expect(browsers.identify(`a=b; ${cookie}; c=d`, 'ada@example.com')).toMatch(/^[\w-]{22}$/)
    expect(browsers.identify(cookie, 'eve@example.com')).toBeNull()
    expect(browsers.identify(undefined, 'ada@example.com')).toBeNull()
  })

  it('does not believe a cookie that it did not sign', () => {
    const foreign = new KnownBrowsers({ publicUrl: null }, new Secrets('another secret'))
    const cookie = cookieOf(foreign.remember(undefined, 'ada@example.com'))
    expect(browsers.identify(cookie, 'ada@example.com')).toBeNull()
    const later = cookieOf(browsers.remember(undefined, 'ada@example.com')).replace(
      /\.\d+\./,
      '.99999999999.',
    )
    expect(browsers.identify(later, 'ada@example.com')).toBeNull()
  })

  it('forgets an account after a year without a sign-in', () => {
    const cookie = cookieOf(browsers.remember(undefined, 'ada@example.com', 0))
    expect(browsers.identify(cookie, 'ada@example.com', 364 * dayMs)).not.toBeNull()
    expect(browsers.identify(cookie, 'ada@example.com', 365 * dayMs)).toBeNull()
  })

  it('knows a browser for the last five accounts that signed in', () => {
    let cookie: string | undefined
    for (const account of ['a', 'b', 'c', 'd', 'e', 'a', 'f']) {
      cookie = cookieOf(browsers.remember(cookie, account))
    }
    const known = ['a', 'b', 'c', 'd', 'e', 'f'].filter((account) => browsers.identify(cookie, account))
    expect(known).toEqual(['a', 'c', 'd', 'e', 'f'])
  })

  it('is hidden from scripts and pages of other sites, and sent with sign-in calls only, unless its prefix demands the path /', () => {
    expect(browsers.remember(undefined, 'a')).toMatch(
      /; Max-Age=31536000; Path=\/api\/auth; HttpOnly; SameSite=Lax$/,
    )
    const secure = new KnownBrowsers({ publicUrl: 'https://iot.example.com' }, secrets)
    expect(secure.remember(undefined, 'a')).toMatch(
      /^__Host-heliograph\.known_browser=.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    const belowPath = new KnownBrowsers({ publicUrl: 'https://example.com/iot' }, secrets)
    expect(belowPath.remember(undefined, 'a')).toMatch(
      /^__Secure-heliograph\.known_browser=.*; Path=\/iot\/api\/auth; HttpOnly; SameSite=Lax; Secure$/,
    )
  })
})
