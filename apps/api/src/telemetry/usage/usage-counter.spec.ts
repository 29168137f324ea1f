import type { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { UsageCounter } from './usage-counter.js'

const dayMs = 86_400_000

/** Adds up what is written, as the table does, on top of what another process wrote. */
function made() {
  const state = { nowMs: 20_000 * dayMs + 1, failing: false }
  const table = new Map<string, number>()
  const query = async (_text: string, values: unknown[]) => {
    if (values.length === 1) return { rows: [] }
    if (state.failing) throw new Error('away')
    const [ids, days, messages] = values as number[][]
    const rows = (ids ?? []).map((organizationId, index) => {
      const key = `${organizationId} ${days?.[index]}`
      table.set(key, (table.get(key) ?? 0) + (messages?.[index] ?? 0))
      return { organizationId, day: days?.[index], messages: table.get(key) }
    })
    return { rows }
  }
  const counter = new UsageCounter(
    { query } as unknown as Pool,
    () => {},
    () => state.nowMs,
  )
  return { state, table, counter }
}

describe('UsageCounter', () => {
  it('counts what is written, being written and not written yet, once each', async () => {
    const { counter, table } = made()
    table.set('1 20000', 100)
    for (let i = 0; i < 5; i++) counter.countMessage(1, 10)
    expect(counter.messagesToday(1)).toBe(5)
    await counter.close(1_000)
    expect(counter.messagesToday(1)).toBe(105)
    expect(table).toEqual(new Map([['1 20000', 105]]))
  })

  it('begins each day in UTC at 0, and still writes the day before', async () => {
    const { counter, state, table } = made()
    counter.countMessage(1, 10)
    state.nowMs += dayMs
    expect(counter.messagesToday(1)).toBe(0)
    counter.countMessage(1, 10)
    counter.countMessage(1, 10)
    await counter.close(1_000)
    expect(table).toEqual(
      new Map([
        ['1 20000', 1],
        ['1 20001', 2],
      ]),
    )
  })

  it('counts on while the database is away', () => {
    const { counter, state } = made()
    state.failing = true
    counter.countMessage(1, 10)
    counter.countMessage(2, 10)
    expect([counter.messagesToday(1), counter.messagesToday(2), counter.messagesToday(3)]).toEqual([1, 1, 0])
  })
})
