import { describe, expect, it } from 'vitest'
import { describeLive } from './live-indicator'

const nothing = { latencyMs: null, retryAt: null, since: null, asOf: null }

describe('describeLive', () => {
  it('tells the round trip once it is known, and never less than a millisecond', () => {
    expect(describeLive({ ...nothing, state: 'live' }, 0)).toBe('live')
    expect(describeLive({ ...nothing, state: 'live', latencyMs: 12.4 }, 0)).toBe('live · 12 ms')
    expect(describeLive({ ...nothing, state: 'live', latencyMs: 0.2 }, 0)).toBe('live · 1 ms')
  })

  it('counts down to the next attempt', () => {
    expect(describeLive({ ...nothing, state: 'reconnecting', retryAt: 4_000 }, 1_000)).toBe(
      'reconnecting in 3 s',
    )
    expect(describeLive({ ...nothing, state: 'reconnecting', retryAt: 1_000 }, 1_000)).toBe('reconnecting')
  })

  it('says since when nothing has come', () => {
    const since = new Date(2026, 0, 1, 14, 2).getTime()
    expect(describeLive({ ...nothing, state: 'offline', since }, since)).toBe('offline since 14:02')
  })
})
