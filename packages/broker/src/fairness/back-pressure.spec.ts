import { beforeEach, describe, expect, it } from 'vitest'
import { BackPressure, type Publisher, PublisherHold, QueueLevel } from './back-pressure.js'
import { HoldCooldown } from './hold-cooldown.js'

class TestPublisher implements Publisher {
  readonly cooldown = new HoldCooldown()
  held = false
  /** Messages it delivers as soon as it may. */
  waiting = 0

  hold(): void {
    this.held = true
  }

  release(): void {
    this.held = false
    while (this.waiting > 0 && !this.held) {
      this.waiting--
      deliver(this)
    }
  }
}

let backPressure: BackPressure
let hold: PublisherHold
let queued: number
let taken: { messages: number; bytes: number }
const consumer = {
  get queueLevel() {
    if (queued >= 15) return QueueLevel.critical
    if (queued >= 10) return QueueLevel.high
    return queued <= 5 ? QueueLevel.low : QueueLevel.normal
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
  backPressure = new BackPressure({ holdTimeoutMs: 1_000, holdMinMessagesPerSecond: 10 })
  hold = new PublisherHold(backPressure, consumer)
})

function deliver(publisher: TestPublisher): void {
  queued++
  backPressure.publisher = publisher
  hold.queueGrew(1)
  backPressure.publisher = null
}

function take(messages: number): void {
  queued -= messages
  taken = { messages: taken.messages + messages, bytes: 0 }
  hold.queueShrank()
}

function fill(publisher: TestPublisher): void {
  while (!publisher.held) deliver(publisher)
}

describe('PublisherHold', () => {
  it('holds a publisher at the high watermark, and releases it at the low one', () => {
    const publisher = new TestPublisher()
    fill(publisher)
    expect(queued).toBe(10)
    take(4)
    expect(publisher.held).toBe(true)
    take(1)
    expect(publisher.held).toBe(false)
  })

  it('holds the only publisher at the high watermark, also when its queue was looked at on the way', () => {
    const publisher = new TestPublisher()
    for (let i = 0; i < 5; i++) deliver(publisher)
    take(0)
    fill(publisher)
    expect(queued).toBe(10)
  })

  it('releases publishers in turn, as far as there is room', () => {
    const [first, second] = [new TestPublisher(), new TestPublisher()]
    fill(first)
    fill(second)
    expect(queued).toBe(15)
    first.waiting = 100
    take(11)
    expect([first.held, second.held, queued]).toEqual([true, true, 10])
    first.waiting = 0
    take(9)
    expect([first.held, second.held]).toEqual([false, false])
  })

  it('times out when a consumer takes too little, until it has caught up', () => {
    const publisher = new TestPublisher()
    fill(publisher)
    take(1)
    backPressure.sweep(500)
    expect(publisher.held).toBe(true)
    backPressure.sweep(500)
    expect(publisher.held).toBe(false)
    for (let i = 0; i < 100; i++) deliver(publisher)
    expect(publisher.held).toBe(false)
    take(queued)
    backPressure.nowMs += 60_000
    fill(publisher)
    expect(queued).toBe(10)
  })

  it('does not hold a publisher that added little', () => {
    const [flood, calm] = [new TestPublisher(), new TestPublisher()]
    fill(flood)
    for (let i = 0; i < 4; i++) deliver(calm)
    expect(calm.held).toBe(false)
  })

  it('does not hold a publisher again soon after a hold on it timed out', () => {
    const publisher = new TestPublisher()
    fill(publisher)
    hold.timeOut()
    for (let attempt = 0; attempt < 10; attempt++) {
      queued = 0
      backPressure.sweep(500)
      hold = new PublisherHold(backPressure, consumer)
      for (let i = 0; i < 20; i++) deliver(publisher)
      expect(publisher.held).toBe(false)
    }
  })

  it('lasts as long as the consumer takes enough, in messages or in bytes', () => {
    const publisher = new TestPublisher()
    fill(publisher)
    queued = 1_000
    for (let second = 0; second < 60; second++) {
      take(10)
      backPressure.sweep(1_000)
    }
    taken = { messages: taken.messages, bytes: 10 * 1_024 }
    backPressure.sweep(1_000)
    expect(publisher.held).toBe(true)
  })

  it('does not begin for a consumer that has taken nothing for long', () => {
    const publisher = new TestPublisher()
    queued = 9
    backPressure.nowMs = 5_000
    deliver(publisher)
    expect(publisher.held).toBe(false)
  })
})
