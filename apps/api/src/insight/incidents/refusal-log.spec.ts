import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseConfig } from '../../foundation/config/config.js'
import { ClientTexts } from '../../foundation/secrets/client-texts.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { maxEntriesPerDevice } from './device-refusals.js'
import { RefusalLog, refusalLimits } from './refusal-log.js'

const minuteMs = 60_000
const metricsToken = 'a token of the metrics'
const texts = new ClientTexts(
  { ...parseConfig({ DATABASE_URL: 'postgres://localhost/x' }), metricsToken },
  new Secrets('x'.repeat(64)),
)

afterEach(() => vi.useRealTimers())

describe('RefusalLog', () => {
  it('counts by code over a minute and an hour', () => {
    const log = new RefusalLog(texts)
    log.record(1, { code: 'payload_invalid' }, 0)
    for (let n = 0; n < 3; n += 1) log.record(1, { code: 'topic_denied' }, 30 * minuteMs)
    expect(log.counts(1, 30 * minuteMs)).toEqual([
      { code: 'topic_denied', lastMinute: 3, lastHour: 3 },
      { code: 'payload_invalid', lastMinute: 0, lastHour: 1 },
    ])
    expect(log.counts(1, 61 * minuteMs).map(({ code }) => code)).toEqual(['topic_denied'])
  })

  it('tells those of some devices alone, with their own counts', () => {
    const log = new RefusalLog(texts)
    for (const device of ['a', 'a', 'b', undefined]) log.record(1, { code: 'topic_denied', device }, 0)
    log.record(1, { code: 'payload_invalid', device: 'a' }, 1_000)
    log.record(2, { code: 'payload_invalid', device: 'a' }, 1_000)
    expect(log.devicesOf(1).sort()).toEqual(['a', 'b'])
    expect(log.recentOf(1, new Set(['a', 'c']), 1_000)).toMatchObject({
      refusals: [
        { code: 'payload_invalid', device: 'a', count: 1 },
        { code: 'topic_denied', device: 'a', count: 2 },
      ],
      furtherRefusals: nothing.furtherRefusals,
      counts: [
        { code: 'topic_denied', lastHour: 2 },
        { code: 'payload_invalid', lastHour: 1 },
      ],
    })
    expect(log.recentOf(1, new Set(), 1_000)).toEqual({ ...nothing, counts: [] })
  })

  it('keeps equal refusals as one entry for an hour, newest first', () => {
    const log = new RefusalLog(texts)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't', detail: 'first' }, 0)
    log.record(1, { code: 'payload_invalid', device: 'a', topic: 't' }, 1_000)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't', detail: 'second' }, 2_000)
    expect(log.recent(1, 2_000, 2_000).refusals).toMatchObject([
      { code: 'topic_denied', count: 2, detail: 'second', since: '1970-01-01T00:00:00.000Z' },
      { code: 'payload_invalid', count: 1, detail: null },
    ])
    expect(log.recent(1, 2 * 60 * minuteMs)).toEqual(nothing)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't' }, 3 * 60 * minuteMs)
    expect(log.recent(1, 3 * 60 * minuteMs).refusals).toMatchObject([{ count: 1 }])
  })

  it('hides secrets of clients and of the configuration', () => {
    const log = new RefusalLog(texts)
    log.record(
      1,
      { code: 'topic_denied', topic: 'x/hg_dev_0123456789', detail: `client id ${metricsToken}` },
      0,
    )
    expect(log.recent(1, 0).refusals).toMatchObject([{ topic: 'x/hg_dev_…', detail: 'client id …' }])
  })

  it('counts what was told as a group', () => {
    const log = new RefusalLog(texts)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't' }, 0)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't', count: 41 }, 1_000)
    expect(log.counts(1, 1_000)).toEqual([{ code: 'topic_denied', lastMinute: 42, lastHour: 42 }])
    expect(log.recent(1, 1_000).refusals).toMatchObject([{ count: 42 }])
  })

  it('works when the system clock is set back', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const log = new RefusalLog(texts)
    log.record(1, { code: 'topic_denied', device: 'a' })
    vi.advanceTimersByTime(5 * minuteMs)
    vi.setSystemTime(Date.now() - 60 * minuteMs)
    log.record(1, { code: 'topic_denied', device: 'b' })
    expect(log.counts(1)).toEqual([{ code: 'topic_denied', lastMinute: 1, lastHour: 2 }])
    expect(log.recent(1).refusals.map(({ ts }) => Date.now() - Date.parse(ts))).toEqual([0, 5 * minuteMs])
  })

  it('counts in an entry what is counted by code: the last hour, however long it goes on', () => {
    const log = new RefusalLog(texts)
    for (let minute = 0; minute < 300; minute += 1)
      log.record(1, { code: 'rate', device: 'a' }, minute * minuteMs)
    const atMs = 299 * minuteMs
    expect(log.counts(1, atMs)).toEqual([{ code: 'rate', lastMinute: 1, lastHour: 60 }])
    expect(log.recent(1, atMs, atMs).refusals).toMatchObject([
      { count: 60, since: '1970-01-01T03:59:00.000Z' },
    ])
  })

  it('lists 50 with shortened texts and sums up all others, so that the list adds up to the counts', () => {
    const log = new RefusalLog(texts)
    const long = 'x'.repeat(10_000)
    for (let n = 0; n < 60; n += 1) log.record(1, { code: 'rate', device: `d${n}`, count: 3 }, n)
    for (let n = 0; n < 60; n += 1) log.record(1, { code: 'topic_denied', device: `d${n}`, detail: long }, n)
    const { refusals, furtherRefusals } = log.recent(1, 1_000)
    expect(refusals).toHaveLength(50)
    expect(refusals[0]).toMatchObject({ device: 'd59', code: 'topic_denied' })
    expect(refusals[0]?.detail?.length).toBeLessThan(300)
    expect(furtherRefusals).toEqual({
      devices: 60,
      counts: [
        { code: 'rate', count: 180 },
        { code: 'topic_denied', count: 10 },
      ],
    })
    expectSumsEqual(log, 1_000)
    expect(log.recent(2, 1_000)).toEqual(nothing)
    expect(log.counts(2, 1_000)).toEqual([])
  })

  it('bounds the entries of a device, the devices of an organization, and all entries; the sums stay equal', () => {
    const log = new RefusalLog(texts)
    const { devicesPerOrganization, entries } = refusalLimits
    const topics = 2 * maxEntriesPerDevice
    for (let n = 0; n < topics; n += 1)
      log.record(1, { code: 'topic_denied', device: 'a', topic: `t${n}` }, n)
    const kept = log.ofDevice(1, 'a', undefined, 1_000)
    expect(kept).toHaveLength(maxEntriesPerDevice)
    expect(kept[0]?.refusal).toMatchObject({ topic: `t${topics - 1}`, count: 1 })
    expectSumsEqual(log, 1_000)

    for (let n = 0; n < devicesPerOrganization; n += 1)
      log.record(1, { code: 'rate', device: `d${n}` }, 1_000)
    expect(log.ofDevice(1, 'a', undefined, 1_000)).toEqual([])
    expect(log.ofDevice(1, 'd0', undefined, 1_000)).toHaveLength(1)
    expectSumsEqual(log, 1_000)

    for (let n = 0; n < entries; n += 1) log.record(2 + n, { code: 'rate', device: 'b' }, 1_000)
    expect(log.ofDevice(1, 'd0', undefined, 1_000)).toEqual([])
    expect(log.ofDevice(2, 'b', undefined, 1_000)).toHaveLength(1)
    log.record(2 + entries, { code: 'rate', device: 'b' }, 1_000)
    expect(log.ofDevice(2, 'b', undefined, 1_000)).toEqual([])
    expectSumsEqual(log, 1_000)
  })

  it('lists those of a device, newest first, from a place on, for an hour, and none after it was deleted', () => {
    const log = new RefusalLog(texts)
    log.record(1, { code: 'bad_credentials', device: 'a', remoteAddress: '10.0.0.7' }, 0)
    log.record(1, { code: 'topic_denied', device: 'a', topic: 't' }, 1_000)
    log.record(1, { code: 'bad_credentials', device: 'a', remoteAddress: '10.0.0.8', count: 2 }, 2_000)
    log.record(1, { code: 'bad_credentials', device: 'b' }, 2_000)
    log.record(2, { code: 'rate', device: 'a' }, 2_000)
    const all = log.ofDevice(1, 'a', undefined, 2_000, 2_000)
    expect(all.map(({ refusal }) => refusal)).toMatchObject([
      { code: 'bad_credentials', count: 3, remoteAddress: '10.0.0.8' },
      { code: 'topic_denied', count: 1, remoteAddress: null },
    ])
    expect(log.ofDevice(1, 'a', all[0]?.order, 2_000, 2_000)).toEqual(all.slice(1))
    expect(log.ofDevice(1, 'a', undefined, 60 * minuteMs)).toEqual([])
    log.forgetDevice(1, 'a')
    expect(log.ofDevice(1, 'a', undefined, 2_000)).toEqual([])
    expect(log.ofDevice(2, 'a', undefined, 2_000)).toHaveLength(1)
    expectSumsEqual(log, 2_000)
  })
})

const nothing = { refusals: [], furtherRefusals: { devices: 0, counts: [] } }

/** What the list shows, by code, is what the tile shows. */
function expectSumsEqual(log: RefusalLog, atMs: number): void {
  const { refusals, furtherRefusals } = log.recent(1, atMs)
  const listed = new Map<string, number>()
  for (const { code, count } of [...refusals, ...furtherRefusals.counts])
    listed.set(code, (listed.get(code) ?? 0) + count)
  expect(listed).toEqual(new Map(log.counts(1, atMs).map(({ code, lastHour }) => [code, lastHour])))
}
