import { describe, expect, it } from 'vitest'
import { inParallel } from './parallel.js'

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('inParallel', () => {
  it('does everything, at most so many at a time', async () => {
    const done: number[] = []
    let running = 0
    let most = 0
    await inParallel([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
      running += 1
      most = Math.max(most, running)
      await nextTurn()
      running -= 1
      done.push(item)
    })
    expect(done.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(most).toBe(3)
  })

  it('begins nothing more after a failure, ends what runs, and rejects with it', async () => {
    const done: number[] = []
    const work = inParallel([0, 1, 2, 3, 4], 2, async (item) => {
      if (item === 0) throw new Error('no')
      await nextTurn()
      done.push(item)
    })
    await expect(work).rejects.toThrow('no')
    expect(done).toEqual([1])
  })
})
