import { expect, it } from 'vitest'
import { GatheredRuns } from './gathered-runs.js'

function gatedRuns() {
  const ends: ((result?: Error) => void)[] = []
  const runs = new GatheredRuns(
    (key: string) =>
      new Promise<string>((resolve, reject) => {
        const number = ends.length
        ends.push((error) => (error === undefined ? resolve(`${key} ${number}`) : reject(error)))
      }),
  )
  return { runs, ends }
}

it('runs again, once, for all who ask while it runs', async () => {
  const { runs, ends } = gatedRuns()
  const first = runs.result('a')
  const later = [runs.result('a'), runs.result('a')]
  expect(ends.length).toBe(1)
  ends[0]?.()
  expect(await first).toBe('a 0')
  await expect.poll(() => ends.length).toBe(2)
  const last = runs.result('a')
  ends[1]?.()
  expect(await Promise.all(later)).toEqual(['a 1', 'a 1'])
  await expect.poll(() => ends.length).toBe(3)
  ends[2]?.()
  expect(await last).toBe('a 2')
})

it('runs for different keys beside each other', async () => {
  const { runs, ends } = gatedRuns()
  const both = [runs.result('a'), runs.result('b')]
  expect(ends.length).toBe(2)
  for (const end of ends) end()
  expect(await Promise.all(both)).toEqual(['a 0', 'b 1'])
})

it('goes on after a failure', async () => {
  const { runs, ends } = gatedRuns()
  const first = runs.result('a')
  const second = runs.result('a')
  ends[0]?.(new Error('away'))
  await expect(first).rejects.toThrow('away')
  await expect.poll(() => ends.length).toBe(2)
  ends[1]?.()
  expect(await second).toBe('a 1')
})
