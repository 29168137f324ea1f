import { beforeEach, describe, expect, it } from 'vitest'
import { defaultLimits } from '../interface/limits.js'
import type { Qos } from '../interface/types.js'
import { Message } from '../messages/message.js'
import { Grant } from '../routing/grant.js'
import type { Session } from '../sessions/session.js'
import { RetainedDelivery } from './retained-delivery.js'
import { RetainedScheduler } from './retained-scheduler.js'
import { RetainedStore } from './retained-store.js'

const total = 100_000
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** Counts the steps of all walks. */
class CountingStore extends RetainedStore {
  steps = 0

  override *walk(filter: string, asOf?: number): Generator<Message | null> {
    for (const step of super.walk(filter, asOf)) {
      this.steps++
      yield step
    }
  }
}

/** A client that takes everything. */
class Receiver {
  readonly sent: string[] = []
  readonly subscriptions = new Map<string, unknown>()
  readonly link = { out: { backlogBytes: 0 } }
  readonly outbound = { queued: 0 }
  readonly delivery: RetainedDelivery

  constructor(scheduler: RetainedScheduler) {
    this.delivery = new RetainedDelivery(this as unknown as Session, store, scheduler, 1_000)
  }

  deliver(message: Message): void {
    this.sent.push(`${message.topic} ${message.payload}`)
  }

  subscribe(filter: string, qos: Qos = 0): void {
    this.subscriptions.set(filter, qos)
    this.delivery.add(filter, Grant.plain(qos))
    this.delivery.pump()
  }
}

let store: CountingStore
let scheduler: RetainedScheduler

function retain(topic: string, payload = 'old'): void {
  const message = Message.of({ topic, payload: Buffer.from(payload), qos: 0, retain: true })
  if (payload === '') store.delete(topic)
  else store.set(message, null)
}

/** How much `count` grows in each turn of the event loop, until it stops growing. */
async function growth(count: () => number): Promise<number[]> {
  const grown: number[] = []
  for (let before = 0, idle = 0; idle < 3; await nextTurn()) {
    const now = count()
    if (now > before) grown.push(now - before)
    idle = now > before ? 0 : idle + 1
    before = now
  }
  return grown
}

beforeEach(() => {
  store = new CountingStore(defaultLimits)
  scheduler = new RetainedScheduler()
})

describe('a hundred thousand retained messages', () => {
  beforeEach(() => {
    for (let i = 0; i < total; i++) retain(`org/device-${i}/state`)
  })

  it('are sent once each, a bounded number in one turn', async () => {
    const client = new Receiver(scheduler)
    client.subscribe('org/#')
    const perTurn = await growth(() => client.sent.length)
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(512)
    expect(client.sent.length).toBe(total)
    expect(new Set(client.sent).size).toBe(total)
  })

  it('share a turn, however many clients want them', async () => {
    const clients = Array.from({ length: 40 }, () => new Receiver(scheduler))
    for (const client of clients) client.subscribe('org/device-1/+')
    for (const client of clients) client.subscribe('org/+/state')
    let most = 0
    for (let before = 0, i = 0; i < 60; i++, await nextTurn()) {
      const sent = clients.reduce((sum, client) => sum + client.sent.length, 0)
      most = Math.max(most, sent - before)
      before = sent
    }
    expect(most).toBeLessThanOrEqual(512)
    // They are served in turn: none has much more than another.
    const counts = clients.map(({ sent }) => sent.length)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(128)
  })

  it('are walked in slices too, when none of them matches', async () => {
    const client = new Receiver(scheduler)
    client.subscribe('+/+/nothing')
    expect(Math.max(...(await growth(() => store.steps)))).toBeLessThanOrEqual(4_096)
    expect([client.sent.length, store.steps]).toEqual([0, expect.any(Number)])
    expect(store.steps).toBeGreaterThan(total)
  })

  it('are walked in slices when their topics are hidden from wildcards', async () => {
    store = new CountingStore(defaultLimits)
    for (let i = 0; i < total; i++) retain(`$hidden-${i}`)
    new Receiver(scheduler).subscribe('#')
    expect(Math.max(...(await growth(() => store.steps)))).toBeLessThanOrEqual(4_096)
    expect(store.steps).toBeGreaterThan(total)
  })
})

describe('while retained messages are being sent', () => {
  beforeEach(() => {
    for (let i = 0; i < 2_000; i++) retain(`t/${i}`)
  })

  it('a message that replaces one is not sent again: it was sent when it came', async () => {
    const client = new Receiver(scheduler)
    client.subscribe('t/+')
    retain('t/1999', 'new')
    retain('t/new', 'new')
    retain('t/1998', '')
    await growth(() => client.sent.length)
    expect(client.sent.length).toBe(1_998)
    expect(client.sent.filter((text) => !text.endsWith('old'))).toEqual([])
  })

  it('no more are sent after the filter was unsubscribed', async () => {
    const client = new Receiver(scheduler)
    client.subscribe('t/+')
    const { length } = client.sent
    client.subscriptions.delete('t/+')
    await growth(() => client.sent.length)
    expect(client.sent.length).toBe(length)
  })

  it('subscribing again starts again, and makes no second walk', async () => {
    const client = new Receiver(scheduler)
    for (let i = 0; i < 50; i++) client.subscribe('t/+')
    const { length } = client.sent
    client.subscribe('t/+')
    await growth(() => client.sent.length)
    expect(client.sent.length - length).toBeLessThanOrEqual(2_000 + 128)
    expect(new Set(client.sent.slice(-2_000)).size).toBe(2_000)
  })

  it('a client that takes nothing delays no other', async () => {
    const slow = new Receiver(scheduler)
    const quick = new Receiver(scheduler)
    slow.link.out.backlogBytes = 2_000
    slow.subscribe('t/+')
    quick.subscribe('t/+')
    await growth(() => quick.sent.length)
    expect([slow.sent.length, quick.sent.length]).toEqual([0, 2_000])
    slow.link.out.backlogBytes = 0
    slow.delivery.pump()
    await growth(() => slow.sent.length)
    expect(slow.sent.length).toBe(2_000)
  })
})
