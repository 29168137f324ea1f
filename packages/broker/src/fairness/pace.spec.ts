import { describe, expect, it } from 'vitest'
import { Pace } from './pace.js'

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

function paced(taskMs: number) {
  let now = 0
  const done: number[] = []
  const pace = new Pace(5, () => now)
  const run = (name: number) =>
    pace.run(() => {
      now += taskMs
      done.push(name)
    })
  return { pace, run, done }
}

describe('Pace', () => {
  it('runs at once what fits into the turn, and the rest in order, a turn’s worth at a time', async () => {
    const { run, done } = paced(2)
    for (let name = 1; name <= 8; name++) run(name)
    expect(done).toEqual([1, 2, 3])
    await nextTurn()
    expect(done).toEqual([1, 2, 3, 4, 5, 6])
    await nextTurn()
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('lets nobody overtake who waits', async () => {
    const { run, done } = paced(6)
    run(1)
    run(2)
    run(3)
    await nextTurn()
    run(4)
    expect(done).toEqual([1, 2])
    while (done.length < 4) await nextTurn()
    expect(done).toEqual([1, 2, 3, 4])
  })

  it('runs at least one task a turn, however long each takes', async () => {
    const { run, done } = paced(1_000)
    for (let name = 1; name <= 3; name++) run(name)
    await nextTurn()
    await nextTurn()
    expect(done).toEqual([1, 2, 3])
  })

  it('has its whole turn again after a rest', async () => {
    const { run, done } = paced(4)
    run(1)
    run(2)
    expect(done).toEqual([1, 2])
    await nextTurn()
    run(3)
    expect(done).toEqual([1, 2, 3])
  })

  it('runs a task that a task adds', async () => {
    const { pace, done } = paced(0)
    pace.run(() => pace.run(() => done.push(1)))
    expect(done).toEqual([1])
  })
})
