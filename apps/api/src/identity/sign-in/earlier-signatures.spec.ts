import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { EarlierSignatures } from './earlier-signatures.js'

const signed = (token: string, secret: string) =>
  `${token}.${createHmac('sha256', secret).update(token).digest('base64')}`
const cookie = (token: string, secret: string) => encodeURIComponent(signed(token, secret))
const signatures = new EarlierSignatures(new Secrets('new', 'old', 'older'))

describe('EarlierSignatures', () => {
  it.each(['old', 'older'])('signs a token anew that was signed with the secret %s', (secret) => {
    expect(signatures.renewBearer(signed('abc', secret))).toBe(signed('abc', 'new'))
    const cookies = `a=b; __Secure-heliograph.session_token=${cookie('abc', secret)}; c="d=e"`
    expect(signatures.renewCookies(cookies)).toBe(
      `a=b; __Secure-heliograph.session_token=${cookie('abc', 'new')}; c="d=e"`,
    )
  })

  it.each([
    ['signed now', signed('abc', 'new')],
    ['signed by somebody else', signed('abc', 'foreign')],
    ['not signed', 'abc'],
    ['another token’s signature', signed('abc', 'old').replace('abc', 'abd')],
    ['no escape sequence', '%zz.abc'],
    ['nothing', ''],
  ])('leaves a token as it is that is %s', (_what, token) => {
    expect(signatures.renewBearer(token)).toBe(token)
    const cookies = `heliograph.session_token=${token}`
    expect(signatures.renewCookies(cookies)).toBe(cookies)
  })

  it('leaves other cookies as they are', () => {
    const cookies = `session=${cookie('abc', 'old')};x;=y`
    expect(signatures.renewCookies(cookies)).toBe(cookies)
  })

  it('changes the headers of a request', () => {
    const headers = new Headers({
      authorization: `bearer ${signed('abc', 'old')}`,
      cookie: `heliograph.session_token=${cookie('abc', 'old')}`,
    })
    signatures.renewHeaders(headers)
    expect(headers.get('authorization')).toBe(`Bearer ${signed('abc', 'new')}`)
    expect(headers.get('cookie')).toBe(`heliograph.session_token=${cookie('abc', 'new')}`)
  })
})
