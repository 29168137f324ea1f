import { describe, expect, it } from 'vitest'
import { PresenceFold, type RecordedChange } from './presence-fold.js'

const change = (since: number, takeOvers = 0) => ({
  online: since % 2 === 1,
  since,
  reason: 'connected' as const,
  takeOvers,
})

function made() {
  const state = { nowMs: 0 }
  const recorded: [number, RecordedChange][] = []
  const fold = new PresenceFold(
    2,
    (deviceKey, row) => recorded.push([deviceKey, row]),
    () => state.nowMs,
  )
  return { state, recorded, fold }
}

describe('PresenceFold', () => {
  it('records the first changes of a minute, and the rest as one row when it is over', () => {
    const { state, recorded, fold } = made()
    for (let since = 1; since <= 102; since++) expect(fold.note(7, change(since, 1))).toBe(since <= 2)
    expect(fold.note(8, change(1))).toBe(true)
    state.nowMs = 59_999
    fold.flush()
    expect(recorded).toHaveLength(3)
    state.nowMs = 60_000
    fold.flush()
    expect(recorded.at(-1)).toEqual([7, { ...change(102, 100), foldedChanges: 99 }])
    fold.flush()
    expect(recorded).toHaveLength(4)
  })

  it('records what was folded before the first change of another minute', () => {
    const { state, recorded, fold } = made()
    for (let since = 1; since <= 4; since++) fold.note(7, change(since))
    state.nowMs = 60_000
    expect(fold.note(7, change(5))).toBe(true)
    expect(recorded.map(([, row]) => [row.since, row.foldedChanges])).toEqual([
      [1, 0],
      [2, 0],
      [4, 1],
      [5, 0],
    ])
  })

  it('records all at the end', () => {
    const { recorded, fold } = made()
    for (let since = 1; since <= 3; since++) fold.note(7, change(since))
    fold.close()
    expect(recorded.at(-1)).toEqual([7, { ...change(3), foldedChanges: 0 }])
  })
})
