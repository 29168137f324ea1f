import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Message } from '../messages/message.js'
import { MessageQueue } from './message-queue.js'
import { QueueMemory } from './queue-memory.js'

const limits = {
  maxQueuedMessages: 1e6,
  maxQueuedBytes: 1e9,
  holdQueuedMessages: 1e6,
  holdQueuedBytes: 1e9,
}
const maxBytes = 100_000
const message = (bytes: number) =>
  Message.of({ topic: 't', payload: Buffer.alloc(bytes), qos: 1, retain: false })

/** Adds a message as a session does; false when there is no room. */
function offer(queue: MessageQueue, wanted: Message, qos: 0 | 1 = 1): boolean {
  if (!queue.makeRoom(wanted.costBytes, qos)) return false
  const { costBytes: bytes } = wanted
  const entry = {
    qos,
    retain: false,
    identifiers: [],
    sequence: 1,
    group: null,
    packetId: 0,
    preparing: false,
    bytes,
  }
  queue.add({ message: wanted, ...entry })
  return true
}

function fill(queue: MessageQueue): number {
  let bytes = 0
  for (let next = message(200); offer(queue, next); next = message(200)) bytes += next.costBytes
  return bytes
}

it('leaves room: one queue gets half of all, the next one a half of the rest, and so on', () => {
  const memory = new QueueMemory(maxBytes)
  const shares = Array.from({ length: 3 }, () => fill(new MessageQueue(limits, memory)) / maxBytes)
  for (const [i, share] of shares.entries()) {
    expect(share).toBeGreaterThan(0.4 / 2 ** (i + 1))
    expect(share).toBeLessThanOrEqual(1 / 2 ** (i + 1))
  }
  expect(offer(new MessageQueue(limits, memory), message(200))).toBe(true)
})

it('counts a message once, in however many queues it is', () => {
  const memory = new QueueMemory(maxBytes)
  const shared = message(20_000)
  const queues = Array.from({ length: 20 }, () => new MessageQueue(limits, memory))
  expect(queues.map((queue) => offer(queue, shared))).toEqual(queues.map(() => true))
  expect(memory.bytes).toBe(shared.costBytes + 20 * 100)
  for (const queue of queues) queue.shift()
  expect(memory.bytes).toBe(0)
})

it('never holds more than allowed, and counts correctly whatever happens', () => {
  const step = fc.record({
    queue: fc.nat(3),
    what: fc.constantFrom('offer', 'offer', 'offer', 'offer0', 'shift', 'take'),
    bytes: fc.nat(20_000),
    shared: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const memory = new QueueMemory(maxBytes)
      const queues = Array.from({ length: 4 }, () => new MessageQueue(limits, memory))
      let last = message(10)
      for (const { queue: index, what, bytes, shared } of steps) {
        const queue = queues[index] as MessageQueue
        if (!shared) last = message(bytes)
        if (what === 'offer') offer(queue, last)
        else if (what === 'offer0') offer(queue, last, 0)
        else if (what === 'shift') queue.shift()
        else queue.take(({ message: queued }) => queued.payloadBytes % 2 === 0)
        expect(memory.bytes).toBeLessThanOrEqual(maxBytes + 100)
        const waiting = queues.flatMap((each) => each.firstUpTo(1_000).map((entry) => entry.message))
        const distinct = [...new Set(waiting)].reduce((sum, { costBytes }) => sum + costBytes, 0)
        expect(memory.bytes).toBe(distinct + waiting.length * 100)
      }
    }),
  )
})
