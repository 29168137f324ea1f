import { beforeAll, describe, expect, it } from 'vitest'
import type { Platform } from '../support/platform.js'
import { usePlatforms } from '../support/use-platform.js'

const platforms = usePlatforms()
const env = { PUBLIC_URL: 'https://iot.example.com', ALLOWED_ORIGINS: 'https://dashboard.example' }
let platform: Platform

beforeAll(async () => {
  platform = await platforms.shared({ env })
})

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${platform.url}${path}`, { redirect: 'manual', headers })
/** The policy by directive. */
const policyOf = ({ headers }: Response) =>
  Object.fromEntries(
    (headers.get('content-security-policy') ?? '')
      .split(/; */)
      .map((directive) => [directive.split(' ', 1)[0], directive.split(' ').slice(1).join(' ')]),
  )

describe('answers to a browser, behind TLS', () => {
  it.each([
    '/sign-in',
    '/o/main/devices',
    '/nothing/here',
    '/api/docs',
    '/api/v1/me',
    '/api/auth/sign-out',
    '/healthz',
  ])('%s lets no script or style in that the platform did not write, and cannot be framed', async (path) => {
    const answer = await get(path, { accept: 'text/html' })
    const policy = policyOf(answer)
    expect(answer.headers.get('content-security-policy')).not.toMatch(/unsafe-|\*|https?:/)
    expect(policy).toMatchObject({
      'frame-ancestors': "'none'",
      'base-uri': expect.stringMatching(/^'(none|self)'$/),
    })
    expect(policy['script-src'] ?? policy['default-src']).toMatch(
      /^('none'|'self'|'self' 'nonce-[\da-f]{32}' 'strict-dynamic')$/,
    )
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=31536000; includeSubDomains$/)
  })

  it('have scripts in a page run by the nonce of this page alone', async () => {
    const [one, other] = await Promise.all([get('/sign-in'), get('/sign-in')])
    const nonceOf = (answer: Response) =>
      /'nonce-([\da-f]+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1]
    expect(nonceOf(one)).not.toBe(nonceOf(other))
    const html = await one.text()
    const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
    expect(scripts.length).toBeGreaterThan(3)
    expect(scripts.filter((tag) => !tag.includes(`nonce="${nonceOf(one)}"`))).toEqual([])
    expect(html).not.toMatch(/ style="| on[a-z]+="/)
  })

  it('are for pages of ALLOWED_ORIGINS too, with credentials and the headers of limits, and for no others', async () => {
    const allowed = await get('/api/v1/me', { origin: 'https://dashboard.example' })
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://dashboard.example')
    expect(allowed.headers.get('access-control-expose-headers')).toContain('ratelimit, ratelimit-policy')
    for (const origin of [
      'https://evil.example',
      'https://dashboard.example.evil.example',
      'http://dashboard.example',
      'null',
    ])
      for (const path of ['/api/v1/me', '/api/auth/sign-out', '/sign-in', '/api/openapi.json'])
        expect([
          path,
          origin,
          (await get(path, { origin })).headers.get('access-control-allow-origin'),
        ]).toEqual([path, origin, null])
  })
})
