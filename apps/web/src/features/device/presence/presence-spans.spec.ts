import { describe, expect, it } from 'vitest'
import { foldedText, presenceSpans, spanLength, takeOversText } from './presence-spans'

const at = (seconds: number) => new Date(seconds * 1_000).toISOString()

describe('presenceSpans', () => {
  const spans = presenceSpans([
    { ts: at(100), online: true, reason: 'connected', takeOvers: 1, foldedChanges: 1_880 },
    { ts: at(40), online: false, reason: 'connection_lost', takeOvers: 0, foldedChanges: 1 },
    { ts: at(10), online: true, reason: 'connected', takeOvers: 1_234, foldedChanges: 0 },
  ])

  it('ends each span where the next begins, and leaves the newest open', () => {
    expect(spans.map(({ ts, until }) => [ts, until])).toEqual([
      [100_000, null],
      [40_000, 100_000],
      [10_000, 40_000],
    ])
  })

  it('says how often each was taken over', () => {
    expect(spans.map(takeOversText)).toEqual(['taken over once', '', 'taken over 1,234 times'])
  })

  it('says how many changes are not listed', () => {
    expect(spans.map(foldedText)).toEqual([
      '1,880 more changes within the minute before',
      '1 more change within the minute before',
      '',
    ])
  })

  it('says how long each lasted', () => {
    expect(spans.map((span) => spanLength(span, 103_000))).toEqual(['3 s so far', '1 min', '30 s'])
  })
})
