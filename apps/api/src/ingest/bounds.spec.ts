import { describe, expect, it } from 'vitest'
import { WaitingRoom } from './bounds.js'

describe('WaitingRoom', () => {
  it('lets in until it is full, and again when somebody left', () => {
    const room = new WaitingRoom({ samples: 10, bytes: 1_000_000 })
    const leave = room.enter(10, 100, false)
    expect(leave).not.toBeNull()
    expect(room.enter(1, 100, false)).toBeNull()
    leave?.()
    expect(room.samples).toBe(0)
    expect(room.bytes).toBe(0)
    expect(room.enter(1, 100, false)).not.toBeNull()
  })

  it('is bounded by bytes too', () => {
    const room = new WaitingRoom({ samples: 1_000, bytes: 10_000 })
    expect(room.enter(1, 9_000, false)).not.toBeNull()
    expect(room.enter(1, 9_000, false)).toBeNull()
  })

  it('keeps half for those who wait for an answer', () => {
    const room = new WaitingRoom({ samples: 10, bytes: 1_000_000 })
    expect(room.enter(5, 10, true)).not.toBeNull()
    expect(room.enter(1, 10, true)).toBeNull()
    expect(room.enter(5, 10, false)).not.toBeNull()
  })
})
