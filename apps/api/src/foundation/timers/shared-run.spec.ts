import { expect, it } from 'vitest'
import { sharedRun } from './shared-run.js'

it('runs once for all who ask meanwhile, and again for who asks afterwards', async () => {
  let runs = 0
  const read = sharedRun(async () => ++runs)
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1])
  expect(await read()).toBe(2)
})

it('tells all of them of a failure, and tries again', async () => {
  let runs = 0
  const read = sharedRun(async () => {
    runs += 1
    if (runs === 1) throw new Error('away')
    return runs
  })
  await expect(Promise.allSettled([read(), read()])).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  expect(await read()).toBe(2)
})
