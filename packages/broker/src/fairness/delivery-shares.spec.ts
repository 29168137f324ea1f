import { afterEach, expect, it, vi } from 'vitest'
import { defaultLimits } from '../interface/limits.js'
import { BackPressure, type Publisher } from './back-pressure.js'
import { restFactor } from './client-share.js'
import { DeliveryShares } from './delivery-shares.js'
import { HoldCooldown } from './hold-cooldown.js'
import { WorkUnits } from './scheduler.js'

const nextTurn = () => new Promise(setImmediate)

class DecidedMessages implements Publisher {
  readonly cooldown = new HoldCooldown()
  #held = false

  constructor(
    private readonly shares: DeliveryShares,
    private readonly name: string,
    private readonly delivered: string[],
    public messages: number,
  ) {}

  /** Each message costs a fifth of what one publisher may use in a turn. */
  deliver(): void {
    while (this.messages > 0 && !this.#held) {
      this.messages--
      this.delivered.push(this.name)
      this.shares.charge(this, () => (defaultLimits.maxClientTurnMs * WorkUnits.perMs) / 5)
    }
  }

  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.deliver()
  }
}

function publishers(counts: Record<string, number>) {
  const shares = new DeliveryShares(
    defaultLimits,
    new BackPressure(defaultLimits),
    { ms: 0, queues: 0 },
    () => 0,
  )
  const delivered: string[] = []
  const all = Object.entries(counts).map(
    ([name, count]) => new DecidedMessages(shares, name, delivered, count),
  )
  for (const publisher of all) publisher.deliver()
  return { shares, delivered }
}

it('holds a publisher whose deliveries have used its share of a turn, and no other', async () => {
  const { shares, delivered } = publishers({ flood: 100, calm: 2 })
  expect(delivered.filter((name) => name === 'flood')).toHaveLength(6)
  expect(delivered.filter((name) => name === 'calm')).toHaveLength(2)
  await nextTurn()
  expect(delivered.filter((name) => name === 'flood')).toHaveLength(12)
  while (shares.waiting > 0) await nextTurn()
  expect(delivered).toHaveLength(102)
})

it('bounds the deliveries of a turn, of however many publishers, which continue in turns', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `p${n}`)
  const { shares, delivered } = publishers(Object.fromEntries(names.map((name) => [name, 12])))
  await nextTurn()
  const before = delivered.length
  await nextTurn()
  const inOneTurn = delivered.slice(before)
  expect(inOneTurn.length).toBeLessThanOrEqual(48)
  expect(new Set(inOneTurn).size).toBeGreaterThan(5)
  while (shares.waiting > 0) await nextTurn()
  expect(delivered).toHaveLength(20 * 12)
})

afterEach(() => void vi.useRealTimers())

const deliveries = 1_000

/** Deliveries that take much longer than estimated, on a clock that only they and the test move. */
class CostlyDeliveries implements Publisher {
  readonly cooldown = new HoldCooldown()
  readonly shares: DeliveryShares
  readonly writes = { ms: 0, queues: 0 }
  delivered = 0
  #held = false
  #nowMs = 0

  constructor(private readonly cost: { deliverMs: number; writeMs: number }) {
    this.shares = new DeliveryShares(
      defaultLimits,
      new BackPressure(defaultLimits),
      this.writes,
      () => this.#nowMs,
    )
  }

  deliver(): void {
    while (!this.#held) {
      this.shares.charge(this, () => {
        this.delivered++
        this.#nowMs += this.cost.deliverMs
        return deliveries
      })
      this.writes.ms += this.cost.writeMs
      this.writes.queues += 2 * deliveries
    }
  }

  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.deliver()
  }

  pass(ms: number): void {
    this.#nowMs += ms
  }
}

it('charges the time that deliveries take, where that is more than estimated', () => {
  vi.useFakeTimers()
  const publisher = new CostlyDeliveries({ deliverMs: defaultLimits.maxClientTurnMs / 4, writeMs: 0 })
  publisher.deliver()
  expect(publisher.delivered).toBe(5)
})

it('holds a publisher for longer in proportion to the time above its share, with that of its writes', async () => {
  vi.useFakeTimers()
  const share = defaultLimits.maxClientTurnMs
  const publisher = new CostlyDeliveries({ deliverMs: 2 * share, writeMs: 2 * share })
  publisher.deliver()
  expect(publisher.delivered).toBe(1)
  // Of the writes half may be its own: with them it took two shares more than its own.
  await vi.advanceTimersByTimeAsync(0)
  publisher.pass(2 * share * restFactor - 0.1)
  await vi.advanceTimersToNextTimerAsync()
  expect(publisher.delivered).toBe(1)
  publisher.pass(0.2)
  await vi.advanceTimersToNextTimerAsync()
  expect(publisher.delivered).toBe(2)
})
