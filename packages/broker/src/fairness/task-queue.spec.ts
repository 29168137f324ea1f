import { describe, expect, it } from 'vitest'
import { TaskQueue } from './task-queue.js'

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

function queueOf(taskMs: number) {
  let now = 0
  const done: number[] = []
  const queue = new TaskQueue(5, () => now)
  const run = (name: number) =>
    queue.run(() => {
      now += taskMs
      done.push(name)
    })
  return { queue, run, done }
}

describe('TaskQueue', () => {
  it('runs at once the tasks that fit into the turn, and the rest in order, a turn’s budget at a time', async () => {
    const { run, done } = queueOf(2)
    for (let name = 1; name <= 8; name++) run(name)
    expect(done).toEqual([1, 2, 3])
    await nextTurn()
    expect(done).toEqual([1, 2, 3, 4, 5, 6])
    await nextTurn()
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('lets no task overtake a waiting one', async () => {
    const { run, done } = queueOf(6)
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
    const { run, done } = queueOf(1_000)
    for (let name = 1; name <= 3; name++) run(name)
    await nextTurn()
    await nextTurn()
    expect(done).toEqual([1, 2, 3])
  })

  it('has its whole turn again after a rest', async () => {
    const { run, done } = queueOf(4)
    run(1)
    run(2)
    expect(done).toEqual([1, 2])
    await nextTurn()
    run(3)
    expect(done).toEqual([1, 2, 3])
  })

  it('runs a task that a task adds', async () => {
    const { queue, done } = queueOf(0)
    queue.run(() => queue.run(() => done.push(1)))
    expect(done).toEqual([1])
  })
})
