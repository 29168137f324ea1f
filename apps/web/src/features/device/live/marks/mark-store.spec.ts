import { events, notices } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { groupMarks, type Mark, MarkStore, markOfMessage, markOfPresence, worstOf } from './mark-store'

const mark = (ts: number, more: Partial<Mark> = {}): Mark => ({
  ts,
  kind: 'event',
  level: 'info',
  text: 'x',
  ...more,
})
const topic = { org: 'acme', device: 'pump' }
const message = (of: string, payload: Uint8Array) => ({
  topic: of,
  payload,
  retained: false,
  userProperties: {},
  receivedAt: 50,
})

describe('MarkStore', () => {
  it('keeps each thing once, in the order of time', () => {
    const store = new MarkStore()
    for (const ts of [3, 1, 2, 1]) store.add(mark(ts))
    expect(store.between(0, 9).map(({ ts }) => ts)).toEqual([1, 2, 3])
    expect(store.between(2, 2).map(({ ts }) => ts)).toEqual([2])
  })

  it('forgets the oldest of very many', () => {
    const store = new MarkStore()
    for (let ts = 0; ts < 5_000; ts += 1) store.add(mark(ts))
    const kept = store.between(0, 5_000)
    expect(kept.length).toBeLessThanOrEqual(2_000)
    expect(kept.at(-1)?.ts).toBe(4_999)
  })
})

describe('markOfPresence', () => {
  it('says why a connection ended', () => {
    const ts = new Date(1_000).toISOString()
    expect(markOfPresence({ ts, online: false, reason: 'kicked' }, { kicked: 'Kicked' })).toMatchObject({
      ts: 1_000,
      kind: 'disconnected',
      text: 'Disconnected: kicked',
    })
    const clean = { ts, online: false, reason: 'client_disconnected' } as const
    expect(markOfPresence(clean, { client_disconnected: 'Disconnected cleanly' })).toMatchObject({
      text: 'Disconnected cleanly',
    })
    expect(markOfPresence({ ts, online: true, reason: 'connected' }, {})).toMatchObject({ text: 'Connected' })
  })
})

describe('markOfMessage', () => {
  it('marks refusals when they came, events when they say, and nothing else', () => {
    const notice = notices.encode({ code: 'payload_invalid', topic: 't', detail: 'expected a number' })
    expect(markOfMessage(message(notices.topic(topic), notice))).toMatchObject({
      ts: 50,
      kind: 'refusal',
      text: 'Refused (invalid payload): expected a number',
    })
    const when = Date.UTC(2026, 0, 1)
    const event = events.encode({ level: 'warning', message: 'door', ts: when })
    expect(markOfMessage(message(events.topic(topic), event))).toMatchObject({ ts: when, level: 'warning' })
    const unset = events.encode({ level: 'info', message: 'booted', ts: 40 })
    expect(markOfMessage(message(events.topic(topic), unset))).toMatchObject({ ts: 50 })
    expect(markOfMessage(message('acme/devices/pump/telemetry', new Uint8Array()))).toBeNull()
    expect(markOfMessage(message(events.topic(topic), new Uint8Array()))).toBeNull()
  })
})

describe('groupMarks', () => {
  it('puts together what would cover each other', () => {
    const groups = groupMarks(
      [1, 2, 30, 31, 90].map((ts) => mark(ts)),
      (ts) => ts * 2,
      8,
    )
    expect(groups.map(({ x, marks }) => [x, marks.length])).toEqual([
      [2, 2],
      [60, 2],
      [180, 1],
    ])
  })
})

describe('worstOf', () => {
  it('is what went wrong', () => {
    const connected = mark(1, { kind: 'connected', level: null })
    const refusal = mark(2, { kind: 'refusal', level: null })
    expect(worstOf([connected, mark(3), refusal])).toBe(refusal)
    expect(worstOf([connected, mark(3)])?.ts).toBe(3)
    expect(worstOf([])).toBeUndefined()
  })
})
