import { describe, expect, it } from 'vitest'
import { KeyedQueue } from './keyed-queue.js'

describe('KeyedQueue', () => {
  it('runs tasks of one key in order, also when an earlier one takes longer or fails', async () => {
    const serial = new KeyedQueue<string>()
    const done: number[] = []
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const first = serial.run('a', async () => {
      await gate
      done.push(1)
      throw new Error('failed')
    })
    const second = serial.run('a', async () => {
      done.push(2)
    })
    await serial.run('b', async () => {
      done.push(3)
    })
    release()
    await expect(first).rejects.toThrow('failed')
    await second
    expect(done).toEqual([3, 1, 2])
  })
})
