import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeySeries, type TimedValue } from './key-series'

const drawn = (series: KeySeries) =>
  [...series.points.times].map((ts, index) => ({ ts, value: series.points.values[index] }))
const never = Number.POSITIVE_INFINITY

/** How long before its commit a message may come. */
const COMMITTED_AFTER_MS = 500

interface Message extends TimedValue {
  value: number
}

/** A platform and a wire, as far as one key is concerned. Times are small so that they meet. */
class World {
  readonly series = new KeySeries()
  now = 1_000_000
  #stored = new Map<number, number>()
  #stampUs = 1_000_000_000
  #uncommitted: (Message & { passedOnAt: number })[] = []
  #wire: (Message & { sentAt: number })[] = []
  #responses: { samples: TimedValue[]; liveSince: number }[] = []
  #connected = true

  get stored(): TimedValue[] {
    return [...this.#stored].map(([ts, value]) => ({ ts, value })).sort((a, b) => a.ts - b.ts)
  }

  /** Passed on with the time that it gets, once it is committed, or before. */
  publish(ownTs: number | null, value: number, { early }: { early: boolean }): void {
    this.#stampUs = Math.max(this.now * 1_000, this.#stampUs + 1)
    const ts = ownTs ?? this.#stampUs / 1_000
    if (early) this.#uncommitted.push({ ts, value, passedOnAt: this.now })
    else {
      while (this.#uncommitted.length > 0) this.commit()
      this.#stored.set(ts, value)
    }
    if (this.#connected) this.#wire.push({ ts, value, sentAt: this.now })
  }

  commit(): void {
    const message = this.#uncommitted.shift()
    if (message !== undefined) this.#stored.set(message.ts, message.value)
  }

  /** Its commit refuses it, or the platform is killed. */
  lose(): void {
    this.#uncommitted.shift()
  }

  deliver(): void {
    const message = this.#wire.shift()
    if (message !== undefined) this.series.addLive({ ts: message.ts, value: message.value }, this.now)
  }

  request(): void {
    this.#responses.push({ samples: this.stored, liveSince: this.now - COMMITTED_AFTER_MS })
  }

  answer(which: number): void {
    const [response] = this.#responses.splice(which % Math.max(1, this.#responses.length), 1)
    if (response) this.series.addStored(response.samples, response.liveSince)
  }

  disconnect(): void {
    this.#connected = false
    this.#wire = []
  }

  reconnect(): void {
    this.#connected = true
    this.request()
  }

  tick(): void {
    this.now += 10
    while ((this.#uncommitted[0]?.passedOnAt ?? never) < this.now - COMMITTED_AFTER_MS) this.commit()
    while ((this.#wire[0]?.sentAt ?? never) < this.now - COMMITTED_AFTER_MS) this.deliver()
  }

  /** All that was under way arrives, and then all is read. */
  settle(): void {
    for (let ticks = 0; ticks < 120; ticks += 1) this.tick()
    while (this.#responses.length > 0) this.answer(0)
    this.request()
    this.answer(0)
    this.series.dropUnstored(0, this.now - COMMITTED_AFTER_MS)
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('stamp' as const),
      value: fc.integer({ min: 0, max: 3 }),
      early: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      // Behind and ahead of the platform's clock, and the same again with another value.
      ts: fc.integer({ min: 999_900, max: 1_000_100 }),
      value: fc.integer({ min: 0, max: 3 }),
      early: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('request' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

function run(world: World, now: Step): void {
  world.tick()
  if (now.do === 'stamp') world.publish(null, now.value, now)
  else if (now.do === 'publish') world.publish(now.ts + 0.25, now.value, now)
  else if (now.do === 'answer') world.answer(now.which)
  else world[now.do]()
}

describe('KeySeries', () => {
  it('shows in the end exactly what was stored, in order, whatever happens when', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const world = new World()
        for (const one of steps) {
          run(world, one)
          const times = drawn(world.series).map(({ ts }) => ts)
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
        }
        world.settle()
        expect(drawn(world.series)).toEqual(world.stored)
        expect(world.series.latest).toEqual(world.stored.at(-1) ?? null)
        expect(world.series.oldestUnstored).toBe(never)
      }),
      { numRuns: 1_500 },
    )
  })

  it('shows a live sample at the time at which it is stored, once, and the same when it is read', () => {
    const series = new KeySeries()
    series.addLive({ ts: 990.001, value: 5 }, 1_000)
    expect(drawn(series)).toEqual([{ ts: 990.001, value: 5 }])
    expect(series.oldestUnstored).toBe(990.001)
    series.addStored([{ ts: 990.001, value: 5 }], 0)
    expect(drawn(series)).toEqual([{ ts: 990.001, value: 5 }])
    expect(series.oldestUnstored).toBe(never)
  })

  it('drops what was read and is not stored, but not what has only just come', () => {
    const series = new KeySeries()
    series.addStored([{ ts: 900, value: 4 }], never)
    series.addLive({ ts: 990, value: 5 }, 1_000)
    series.addLive({ ts: 991, value: 'stuck' }, 1_500)
    expect(series.dropUnstored(0, 1_500)).toBe(1)
    expect(series.latest).toMatchObject({ ts: 991, value: 'stuck' })
    expect(series.dropUnstored(992, 1_501)).toBe(0)
    expect(series.dropUnstored(0, 1_501)).toBe(1)
    expect([drawn(series), series.states.length]).toEqual([[{ ts: 900, value: 4 }], 0])
    expect(series.latest).toEqual({ ts: 900, value: 4 })
  })

  it('has as latest, when it drops the newest, what came live before it', () => {
    const series = new KeySeries()
    series.addLive({ ts: 990, value: true }, 1_500)
    series.addLive({ ts: 995, value: { not: 'drawn' } }, 1_000)
    series.dropUnstored(0, 1_200)
    expect(series.latest).toMatchObject({ ts: 990, value: true })
  })

  it('keeps switches and texts as states, apart from numbers, and knows the newest of all', () => {
    const series = new KeySeries()
    series.addLive({ ts: 1, value: true }, 5)
    series.addLive({ ts: 2, value: 'open' }, 5)
    series.addStored([{ ts: 0, value: false }], never)
    series.addStored([{ ts: 3, value: 7 }], never)
    series.addStored([{ ts: 4, value: { a: 1 } }], never)
    const { times, values } = series.states
    expect([...times].map((ts, index) => [ts, series.labels.textOf(values[index] ?? -1)])).toEqual([
      [0, 'false'],
      [1, 'true'],
      [2, 'open'],
    ])
    expect(drawn(series)).toEqual([{ ts: 3, value: 7 }])
    expect(series.latest).toEqual({ ts: 4, value: { a: 1 } })
  })

  it('takes an integer that comes back as digits for the same', () => {
    const series = new KeySeries()
    series.addLive({ ts: 1_000, value: 2 ** 53 }, 1_001)
    series.addStored([{ ts: 1_000, value: '9007199254740993' }], never)
    expect(drawn(series)).toEqual([{ ts: 1_000, value: 2 ** 53 }])
    expect(series.dropUnstored(0, never)).toBe(0)
  })
})
