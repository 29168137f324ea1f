import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from './content-security-policy'

describe('contentSecurityPolicy', () => {
  it('allows no eval, no inline script or style and no other host in production', () => {
    const policy = contentSecurityPolicy('abc', false)
    expect(policy).not.toContain('unsafe-eval')
    expect(policy).not.toContain('unsafe-inline')
    expect(policy).toContain(`frame-ancestors 'none'`)
    expect(policy).not.toMatch(/https?:|\*/)
    expect(policy).toContain(`script-src 'self' 'nonce-abc' 'strict-dynamic'`)
  })
})
