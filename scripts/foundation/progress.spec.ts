import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { step } from './progress.mjs'

let output: string[]

beforeEach(() => {
  vi.useFakeTimers()
  output = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output.push(String(text))
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a step of a start', () => {
  it('prints its begin, its state every ten seconds, and its end with the time it took', async () => {
    const done = step(
      'build',
      'building',
      async (update) => {
        update('building the api')
        await new Promise((resolve) => setTimeout(resolve, 12_000))
        return 3
      },
      (count) => `built ${count}`,
    )
    await vi.advanceTimersByTimeAsync(12_000)
    expect(await done).toBe(3)
    expect(output).toEqual([
      '  build         building …\n',
      '  build         building the api … 10 s\n',
      '  build         built 3 (12 s)\n',
    ])
  })

  it('prints nothing more after it has failed', async () => {
    const failing = step('build', 'building', async () => {
      throw new Error('no space')
    })
    await expect(failing).rejects.toThrow('no space')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(output).toEqual(['  build         building …\n'])
  })
})
