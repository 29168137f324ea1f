import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FeedStore, feedLength } from './feed-store'

const t0 = Date.UTC(2026, 0, 1)
const message = (text: string, channel = 'telemetry') => ({
  topic: `acme/devices/pump/${channel}`,
  payload: new TextEncoder().encode(text),
  retained: false,
  userProperties: {},
  receivedAt: 5,
})

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const texts = (store: FeedStore) => store.read().entries.map(({ text }) => text)

describe('FeedStore', () => {
  it('shows the newest first, and tells once for many', () => {
    const store = new FeedStore()
    const listener = vi.fn()
    store.listen(listener)
    for (const text of ['1', '2', '3']) store.add(message(text))
    expect(listener).not.toHaveBeenCalled()
    vi.runAllTimers()
    expect(listener).toHaveBeenCalledTimes(1)
    expect(texts(store)).toEqual(['3', '2', '1'])
  })

  it('keeps the last thousand', () => {
    const store = new FeedStore()
    for (let count = 1; count <= feedLength * 3 + 5; count += 1) store.add(message(String(count)))
    vi.runAllTimers()
    expect(store.read().entries).toHaveLength(feedLength)
    expect(texts(store)[0]).toBe(String(feedLength * 3 + 5))
  })

  it('stands still while paused, counts what passes by, and catches up', () => {
    const store = new FeedStore()
    store.add(message('before'))
    store.pause()
    expect(store.read()).toMatchObject({ missed: 0 })
    store.add(message('while'))
    vi.runAllTimers()
    expect(texts(store)).toEqual(['before'])
    expect(store.read().missed).toBe(1)
    store.resume()
    expect(texts(store)).toEqual(['while', 'before'])
    expect(store.read().missed).toBeNull()
  })

  it('shows a retained message again only when it says something new', () => {
    const store = new FeedStore()
    const presence = (text: string, retained: boolean) =>
      store.add({ ...message(text, 'presence'), retained })
    presence('on', true)
    presence('on', true)
    presence('off', false)
    presence('off', true)
    presence('on', true)
    vi.runAllTimers()
    expect(texts(store)).toEqual(['on', 'off', 'on'])
  })

  it('shows what was stored before below what comes, and counts it, without what came from both sides', () => {
    const store = new FeedStore()
    const live = (text: string, receivedAt: number, userProperties = {}) =>
      store.add({ ...message(text), receivedAt, userProperties })
    live('[{ "b": 2, "a": 1 }, {"a": 2}]', t0 + 10_000, { time: `${t0 + 9_990}.007` })
    const earlier = [9_994, 9_992.5, 9_990.008, 9_990.007, 9_000].map((after) => ({
      ts: t0 + after,
      text: '{"a":1,"b":2}',
    }))
    const topic = 'acme/devices/pump/telemetry'
    store.addEarlier(topic, { messages: earlier, total: 70, before: t0 + 9_995 })
    const times = () => store.read().entries.map(({ receivedAt }) => receivedAt - t0)
    expect(times().map(Math.round)).toEqual([10_000, 9_994, 9_993, 9_000])
    expect(store.read().before).toEqual({ total: 68, shown: 3 })
    // On its way while the page began to listen; the other has the same time of a clock that stands still.
    live(`{"ts":${t0 + 9_992.5},"values":{"a":1}}`, t0 + 10_010)
    live(`{"ts":${t0 + 9_000},"values":{"a":1}}`, t0 + 30_000)
    vi.runAllTimers()
    expect(times().map(Math.round)).toEqual([30_000, 10_010, 10_000, 9_994, 9_000])
    expect(store.read().before).toEqual({ total: 67, shown: 2 })
    store.show('events')
    expect(store.read()).toMatchObject({ entries: [], before: { total: 0, shown: 0 } })
    store.show('telemetry')
    expect(store.read().entries.map(({ earlier: isEarlier }) => isEarlier)).toEqual([
      ...[false, false, false],
      ...[true, true],
    ])
  })

  it('shows a message once that comes both as retained and on its way', () => {
    const store = new FeedStore()
    for (const retained of [true, false, true]) store.add({ ...message('on', 'presence'), retained })
    for (const text of ['21', '21']) store.add(message(text))
    vi.runAllTimers()
    expect(texts(store)).toEqual(['21', '21', 'on'])
  })

  it('shows a part, and keeps it however much else comes in', () => {
    const store = new FeedStore()
    store.add(message('{"level":"info","message":"rare"}', 'events'))
    store.add(message('on', 'presence'))
    for (let count = 1; count <= feedLength * 3; count += 1) store.add(message(String(count)))
    store.show('events')
    expect(texts(store)).toEqual(['{"level":"info","message":"rare"}'])
    store.pause()
    store.add(message('{}', 'events'))
    store.add(message('4'))
    vi.runAllTimers()
    expect(store.read().missed).toBe(1)
    store.show('platform')
    expect(store.read()).toMatchObject({ filter: 'platform', missed: null, entries: [{ text: 'on' }] })
    store.show('all')
    expect(texts(store)[0]).toBe('4')
  })

  it('tells the channels apart, and how bad an event is', () => {
    const store = new FeedStore()
    store.add(message('{"level":"warning","message":"hot"}', 'events'))
    store.add(message('{}', 'notices'))
    store.add(message('{}', 'commands/c1/reply'))
    store.add(message('{}', 'anything'))
    vi.runAllTimers()
    expect(store.read().entries.map(({ kind, level }) => [kind, level])).toEqual([
      ['other', null],
      ['reply', null],
      ['notices', null],
      ['events', 'warning'],
    ])
  })
})
