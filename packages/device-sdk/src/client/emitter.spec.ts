import { afterEach, describe, expect, it, vi } from 'vitest'
import { Emitter } from './emitter.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('Emitter', () => {
  it('calls the listeners of an event in order, until they stop', () => {
    const emitter = new Emitter<{ tick: number; other: number }>()
    const got: string[] = []
    const stop = emitter.on('tick', (event) => got.push(`a${event}`))
    emitter.on('tick', (event) => got.push(`b${event}`))
    emitter.emit('tick', 1)
    stop()
    stop()
    emitter.emit('tick', 2)
    emitter.emit('other', 3)
    expect(got).toEqual(['a1', 'b1', 'b2'])
  })

  it('keeps two registrations of one function apart', () => {
    const emitter = new Emitter<{ tick: number }>()
    const listener = vi.fn()
    const stop = emitter.on('tick', listener)
    emitter.on('tick', listener)
    stop()
    emitter.emit('tick', 1)
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('calls the other listeners after an error, and leaves the error uncaught', () => {
    const later: (() => void)[] = []
    vi.stubGlobal('queueMicrotask', (callback: () => void) => later.push(callback))
    const emitter = new Emitter<{ tick: number }>()
    const got: number[] = []
    emitter.on('tick', () => {
      throw new Error('listener')
    })
    emitter.on('tick', (event) => got.push(event))
    emitter.emit('tick', 1)
    expect(got).toEqual([1])
    expect(later).toHaveLength(1)
    expect(later[0]).toThrow('listener')
  })
})
