import { afterEach, describe, expect, it, vi } from 'vitest'
import { RefusalLog } from './refusal-log.js'

const minuteMs = 60_000

afterEach(() => vi.useRealTimers())

describe('RefusalLog', () => {
  it('counts by code over a minute and an hour', () => {
    const log = new RefusalLog()
    log.record(1, { code: 'payload_invalid' }, 0)
    for (let n = 0; n < 3; n += 1) log.record(1, { code: 'topic_denied' }, 30 * minuteMs)
    expect(log.counts(1, 30 * minuteMs)).toEqual([
      { code: 'topic_denied', lastMinute: 3, lastHour: 3 },
      { code: 'payload_invalid', lastMinute: 0, lastHour: 1 },
    ])
    expect(log.counts(1, 61 * minuteMs).map(({ code }) => code)).toEqual(['topic_denied'])
  })

  it('keeps equal refusals as one entry for an hour, newest first', () => {
    const log = new RefusalLog()
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't', detail: 'first' }, 0)
    log.record(1, { code: 'payload_invalid', device: 'a', topic: 't' }, 1_000)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't', detail: 'second' }, 2_000)
    expect(log.recent(1, 2_000, 2_000)).toMatchObject([
      { code: 'topic_denied', count: 2, detail: 'second', since: '1970-01-01T00:00:00.000Z' },
      { code: 'payload_invalid', count: 1, detail: null },
    ])
    expect(log.recent(1, 2 * 60 * minuteMs)).toEqual([])
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't' }, 3 * 60 * minuteMs)
    expect(log.recent(1, 3 * 60 * minuteMs)).toMatchObject([{ count: 1 }])
  })

  it('counts what was told as a group', () => {
    const log = new RefusalLog()
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't' }, 0)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't', count: 41 }, 1_000)
    expect(log.counts(1, 1_000)).toEqual([{ code: 'topic_denied', lastMinute: 42, lastHour: 42 }])
    expect(log.recent(1, 1_000)).toMatchObject([{ count: 42 }])
  })

  it('works when the system clock is set back', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const log = new RefusalLog()
    log.record(1, { code: 'topic_denied', device: 'a' })
    vi.advanceTimersByTime(5 * minuteMs)
    vi.setSystemTime(Date.now() - 60 * minuteMs)
    log.record(1, { code: 'topic_denied', device: 'b' })
    expect(log.counts(1)).toEqual([{ code: 'topic_denied', lastMinute: 1, lastHour: 2 }])
    expect(log.recent(1).map(({ ts }) => Date.now() - Date.parse(ts))).toEqual([0, 5 * minuteMs])
  })

  it('keeps at most 50 entries with shortened texts, apart for each organization', () => {
    const log = new RefusalLog()
    for (let n = 0; n < 1_000; n += 1)
      log.record(1, { code: 'topic_denied', device: `d${n}`, detail: 'x'.repeat(10_000) }, n)
    const recent = log.recent(1, 1_000)
    expect(recent).toHaveLength(50)
    expect(recent[0]).toMatchObject({ device: 'd999' })
    expect(recent[0]?.detail?.length).toBeLessThan(300)
    expect(log.recent(2, 1_000)).toEqual([])
    expect(log.counts(2, 1_000)).toEqual([])
  })
})
