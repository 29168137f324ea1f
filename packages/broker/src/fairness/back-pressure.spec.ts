import { beforeEach, describe, expect, it } from 'vitest'
import { BackPressure, Crowd, type Source } from './back-pressure.js'
import { Tolerance } from './tolerance.js'

class Publisher implements Source {
  readonly tolerance = new Tolerance()
  held = false
  /** Messages it delivers as soon as it may. */
  waiting = 0

  hold(): void {
    this.held = true
  }

  letGo(): void {
    this.held = false
    while (this.waiting > 0 && !this.held) {
      this.waiting--
      deliver(this)
    }
  }
}

let pressure: BackPressure
let crowd: Crowd
let queued: number
let taken: { messages: number; bytes: number }
const subscriber = {
  holdMessages: 10,
  holdBytes: 1_000_000,
  get crowded() {
    return queued >= 10
  },
  get packed() {
    return queued >= 15
  },
  get relaxed() {
    return queued <= 5
  },
  get takenMessages() {
    return taken.messages
  },
  get takenBytes() {
    return taken.bytes
  },
}

beforeEach(() => {
  queued = 0
  taken = { messages: 0, bytes: 0 }
  pressure = new BackPressure({ holdPatienceMs: 1_000, holdMinMessagesPerSecond: 10 })
  crowd = new Crowd(pressure, subscriber)
})

function deliver(publisher: Publisher): void {
  queued++
  pressure.source = publisher
  crowd.grew(1)
  pressure.source = null
}

function take(messages: number): void {
  queued -= messages
  taken = { messages: taken.messages + messages, bytes: 0 }
  crowd.shrank()
}

function fill(publisher: Publisher): void {
  while (!publisher.held) deliver(publisher)
}

describe('a crowd', () => {
  it('holds a publisher from the bound on, and lets it go when half is taken', () => {
    const publisher = new Publisher()
    fill(publisher)
    expect(queued).toBe(10)
    take(4)
    expect(publisher.held).toBe(true)
    take(1)
    expect(publisher.held).toBe(false)
  })

  it('lets publishers go in turn, as far as there is room', () => {
    const [first, second] = [new Publisher(), new Publisher()]
    fill(first)
    fill(second)
    expect(queued).toBe(15)
    first.waiting = 100
    take(11)
    expect([first.held, second.held, queued]).toEqual([true, true, 14])
    first.waiting = 0
    take(9)
    expect([first.held, second.held]).toEqual([false, false])
  })

  it('gives up on a subscriber that takes too little, until it has caught up', () => {
    const publisher = new Publisher()
    fill(publisher)
    take(1)
    pressure.sweep(500)
    expect(publisher.held).toBe(true)
    pressure.sweep(500)
    expect(publisher.held).toBe(false)
    for (let i = 0; i < 100; i++) deliver(publisher)
    expect(publisher.held).toBe(false)
    take(queued)
    pressure.nowMs += 60_000
    fill(publisher)
    expect(queued).toBe(10)
  })

  it('does not hold a publisher that added little', () => {
    const [flood, calm] = [new Publisher(), new Publisher()]
    fill(flood)
    for (let i = 0; i < 4; i++) deliver(calm)
    expect(calm.held).toBe(false)
  })

  it('does not hold a publisher again soon that was held in vain', () => {
    const publisher = new Publisher()
    fill(publisher)
    crowd.giveUp()
    for (let attack = 0; attack < 10; attack++) {
      queued = 0
      pressure.sweep(500)
      crowd = new Crowd(pressure, subscriber)
      for (let i = 0; i < 20; i++) deliver(publisher)
      expect(publisher.held).toBe(false)
    }
  })

  it('waits for one that keeps pace, by messages or by bytes, as long as it does', () => {
    const publisher = new Publisher()
    fill(publisher)
    queued = 1_000
    for (let second = 0; second < 60; second++) {
      take(10)
      pressure.sweep(1_000)
    }
    taken = { messages: taken.messages, bytes: 10 * 1_024 }
    pressure.sweep(1_000)
    expect(publisher.held).toBe(true)
  })

  it('does not begin to wait for one that has taken nothing for long', () => {
    const publisher = new Publisher()
    queued = 9
    pressure.nowMs = 5_000
    deliver(publisher)
    expect(publisher.held).toBe(false)
  })
})
