import { expect, it } from 'vitest'
import { OrganizationKeys } from './organization-keys.js'

/** A database that counts `stored.keys`, for an organization that may have ten. */
function counted(stored: { keys: number }) {
  const clock = { ms: 0 }
  const queries: unknown[] = []
  const pool = {
    query: async (_sql: string, values: unknown[]) => {
      queries.push(values)
      return { rows: [{ keys: stored.keys }] }
    },
  }
  const keys = new OrganizationKeys(pool as never, 10, () => clock.ms)
  const settled = () => new Promise(setImmediate)
  return { keys, queries, clock, settled }
}

it('allows keys until they are counted, and then as many as an organization may have', async () => {
  const { keys, queries, settled } = counted({ keys: 8 })
  expect(keys.fits(1, 5)).toBe(true)
  await settled()
  expect([keys.fits(1, 2), keys.fits(1, 3)]).toEqual([true, false])
  keys.made(1, 2)
  expect(keys.fits(1, 1)).toBe(false)
  expect(queries).toEqual([[1]])
})

it('counts again after a while when there were too many', async () => {
  const stored = { keys: 10 }
  const { keys, queries, clock, settled } = counted(stored)
  keys.fits(1, 1)
  await settled()
  stored.keys = 3
  expect(keys.fits(1, 1)).toBe(false)
  clock.ms += 60_000
  expect(keys.fits(1, 1)).toBe(false)
  await settled()
  expect(keys.fits(1, 1)).toBe(true)
  expect(queries).toHaveLength(2)
})
