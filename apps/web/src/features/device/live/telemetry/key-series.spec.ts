import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeySeries, type TimedValue } from './key-series'

const drawn = (series: KeySeries) =>
  [...series.points.times].map((ts, index) => ({ ts, value: series.points.values[index] }))

/** A platform and a wire, as far as one key is concerned. Times are small so that they meet. */
class World {
  readonly series = new KeySeries()
  now = 1_000_000
  #stored = new Map<number, number>()
  #stampUs = 1_000_000_000
  #wire: { ts: number | null; value: number; sentAt: number }[] = []
  #responses: TimedValue[][] = []
  #connected = true

  get stored(): TimedValue[] {
    return [...this.#stored].map(([ts, value]) => ({ ts, value })).sort((a, b) => a.ts - b.ts)
  }

  /** The store commits, then subscribers get the message as it was sent: without the platform's stamp. */
  publish(ts: number | null, value: number): void {
    this.#stampUs = Math.max(this.now * 1_000, this.#stampUs + 1)
    this.#stored.set(ts ?? this.#stampUs / 1_000, value)
    if (this.#connected) this.#wire.push({ ts, value, sentAt: this.now })
  }

  deliver(): void {
    const message = this.#wire.shift()
    if (message === undefined) return
    if (message.ts === null) this.series.addProvisional(message.value, this.now)
    else this.series.addTimestamped({ ts: message.ts, value: message.value })
  }

  request(): void {
    this.#responses.push(this.stored)
  }

  answer(which: number): void {
    const [response] = this.#responses.splice(which % Math.max(1, this.#responses.length), 1)
    if (response) this.series.addStored(response, this.now)
  }

  disconnect(): void {
    this.#connected = false
    this.#wire = []
  }

  reconnect(): void {
    this.#connected = true
    this.request()
  }

  /** No message is under way for longer than half a second. */
  tick(): void {
    this.now += 10
    while ((this.#wire[0]?.sentAt ?? this.now) < this.now - 500) this.deliver()
  }

  dropUnstored(): void {
    while (this.#wire.length > 0) this.deliver()
    while (this.#responses.length > 0) this.answer(0)
    this.now += 10_000
    this.request()
    this.answer(0)
    this.series.dropUnstored(0, this.now)
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('stamp' as const), value: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      // Behind and ahead of the platform's clock; a time has one value, as a device that resends has.
      ts: fc.integer({ min: 999_000, max: 1_003_000 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('request' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

function run(world: World, now: Step): void {
  world.tick()
  if (now.do === 'stamp') world.publish(null, now.value)
  // A quarter of a millisecond apart from the platform's stamps: what meets those is one sample, stored once.
  else if (now.do === 'publish') world.publish(now.ts + 0.25, now.ts % 4)
  else if (now.do === 'answer') world.answer(now.which)
  else world[now.do]()
}

describe('KeySeries', () => {
  it('never shows more than was stored, and in the end exactly that, in order, whatever happens when', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const world = new World()
        for (const one of steps) {
          run(world, one)
          const times = drawn(world.series).map(({ ts }) => ts)
          expect(times.length).toBeLessThanOrEqual(world.stored.length)
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
        }
        world.dropUnstored()
        expect(drawn(world.series)).toEqual(world.stored)
      }),
      { numRuns: 1_500 },
    )
  })

  it('shows a live sample without a time at once, and moves it to its stored time', () => {
    const series = new KeySeries()
    series.addProvisional(5, 1_000)
    expect(drawn(series)).toEqual([{ ts: 1_000.0005, value: 5 }])
    series.addStored([{ ts: 990.001, value: 5 }], 3_000)
    expect(drawn(series)).toEqual([{ ts: 990.001, value: 5 }])
    expect(series.oldestProvisionalAt).toBeNull()
    expect(series.latest).toEqual({ ts: 990.001, value: 5 })
  })

  it('does not show again, live, what was fetched a moment before', () => {
    const series = new KeySeries()
    series.addStored([{ ts: 990, value: 5 }], 1_000)
    expect(series.addProvisional(5, 1_100)).toBe(false)
    expect(series.addProvisional(5, 1_200)).toBe(true)
  })

  it('is not misled by a stored sample that carries its own time', () => {
    const series = new KeySeries()
    series.addProvisional(0, 1_000)
    series.addProvisional(2, 1_010)
    const stored = [
      { ts: 700.25, value: 2 },
      { ts: 990.001, value: 0 },
      { ts: 1_000.001, value: 2 },
    ]
    series.addStored(stored, 1_100)
    expect(drawn(series)).toEqual(stored)
  })

  it('remembers no more of what was never stored than it draws, and always the latest', () => {
    const series = new KeySeries()
    for (let arrivedAt = 1; arrivedAt <= 50_000; arrivedAt += 1) series.addProvisional(arrivedAt, arrivedAt)
    expect(series.points.length).toBe(32_768)
    expect(series.oldestProvisionalAt).toBeGreaterThan(50_000 - 40_000)
    series.trimBefore(49_000)
    expect(series.oldestProvisionalAt).toBe(49_000)
    series.trimBefore(60_000)
    expect(series.oldestProvisionalAt).toBe(50_000)
    expect(series.latest).toMatchObject({ value: 50_000 })
    expect(drawn(series)).toEqual([])
    const stored = [{ ts: 49_999, value: 50_000 }]
    series.addStored(stored, 60_000)
    expect([drawn(series), series.oldestProvisionalAt]).toEqual([stored, null])
  })

  it('drops what the platform did not keep', () => {
    const series = new KeySeries()
    series.addProvisional(5, 1_000)
    series.dropUnstored(0, 3_000)
    expect(series.points.length).toBe(1)
    series.dropUnstored(0, 7_000)
    expect(series.points.length).toBe(0)
  })

  it('keeps apart samples that arrive in the same millisecond', () => {
    const series = new KeySeries()
    for (const value of [1, 2, 3]) series.addProvisional(value, 1_000)
    expect(drawn(series).map(({ value }) => value)).toEqual([1, 2, 3])
  })

  it('keeps switches and texts as states, apart from numbers, and knows the newest of all', () => {
    const series = new KeySeries()
    series.addTimestamped({ ts: 1, value: true })
    series.addTimestamped({ ts: 2, value: 'open' })
    series.addStored([{ ts: 0, value: false }], 5)
    series.addStored([{ ts: 3, value: 7 }], 5)
    series.addStored([{ ts: 4, value: { a: 1 } }], 5)
    const { times, values } = series.states
    expect([...times].map((ts, index) => [ts, series.labels.textOf(values[index] ?? -1)])).toEqual([
      [0, 'false'],
      [1, 'true'],
      [2, 'open'],
    ])
    expect(drawn(series)).toEqual([{ ts: 3, value: 7 }])
    expect(series.latest).toEqual({ ts: 4, value: { a: 1 } })
  })

  it('claims a provisional state as it does a number, and an integer that comes back as digits', () => {
    const series = new KeySeries()
    series.addProvisional('open', 1_000)
    series.addProvisional(2 ** 53, 1_001)
    series.addStored(
      [
        { ts: 1_000.1, value: 'open' },
        { ts: 1_000.2, value: '9007199254740993' },
      ],
      1_100,
    )
    expect([...series.states.times]).toEqual([1_000.1])
    expect(drawn(series)).toEqual([{ ts: 1_000.2, value: 2 ** 53 }])
  })
})
