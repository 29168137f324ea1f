import { describe, expect, it } from 'vitest'
import { cookieRules, sessionCookie } from './cookie-rules.js'

describe('cookieRules', () => {
  it('has browsers refuse cookies of other hosts, once TLS proves who sets them', () => {
    const rules = { prefix: '__Host-', path: '/', secure: true }
    expect(cookieRules('https://iot.example.com')).toEqual(rules)
    expect(sessionCookie('https://iot.example.com')).toBe('__Host-heliograph.session_token')
  })

  it('sends cookies to nothing but the own path of a host that is shared', () => {
    expect(cookieRules('https://example.com/iot')).toEqual({
      prefix: '__Secure-',
      path: '/iot',
      secure: true,
    })
    expect(cookieRules('http://example.com/iot')).toEqual({ prefix: '', path: '/iot', secure: false })
  })

  it('has no prefix without TLS, where browsers refuse it', () => {
    for (const url of [null, 'http://iot.example.com'])
      expect(cookieRules(url)).toEqual({ prefix: '', path: '/', secure: false })
  })
})
