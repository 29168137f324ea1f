import { describe, expect, it } from 'vitest'
import { PublishRights } from './publish-rights.js'

const granted = { kind: 'person', org: 'acme', subscribe: [], publish: ['acme/apps/chat/#'] } as const

describe('PublishRights', () => {
  it('allows a topic again, and checks every other topic', () => {
    const rights = new PublishRights()
    for (let i = 0; i < 2; i++) {
      expect(rights.allows(granted, 'acme/apps/chat/room')).toBe(true)
      expect(rights.allows(granted, 'acme/apps/ticker/eur')).toBe(false)
      expect(rights.allows(granted, 'other/apps/chat/room')).toBe(false)
    }
  })

  it('does not reuse a decision for another principal', () => {
    const rights = new PublishRights()
    expect(rights.allows(granted, 'acme/apps/chat/room')).toBe(true)
    expect(rights.allows({ ...granted, publish: [] }, 'acme/apps/chat/room')).toBe(false)
  })
})
