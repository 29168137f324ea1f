import { expect, it } from 'vitest'
import { defaultLimits } from '../interface/limits.js'
import { BackPressure, type Publisher } from './back-pressure.js'
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
      this.shares.charge(this, (defaultLimits.maxClientTurnMs * WorkUnits.perMs) / 5)
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
  const shares = new DeliveryShares(defaultLimits, new BackPressure(defaultLimits))
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
