import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from './content-security-policy'

describe('contentSecurityPolicy', () => {
  it('allows no eval, no inline script or style and no other host in production', () => {
    const policy = contentSecurityPolicy('abc', false)
    expect(policy).not.toContain('unsafe-eval')
    expect(policy).not.toMatch(/(script-src|style-src) [^;]*unsafe-inline/)
    expect(policy).not.toMatch(/https?:|\*/)
    expect(policy).toContain(`script-src 'self' 'nonce-abc' 'strict-dynamic'`)
  })
})
