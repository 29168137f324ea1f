import { describe, expect, it } from 'vitest'
import { SlowConsumers } from './slow-consumers.js'

const consumer = (clientId: string, organizationId = 1) => ({
  organizationId,
  sessionId: `acme/d/${clientId}`,
  clientId,
  device: clientId,
})

describe('SlowConsumers', () => {
  it('lists who lost most first, for ten minutes', () => {
    const slow = new SlowConsumers()
    slow.dropped(consumer('a'), 't/1', 5, 0)
    slow.dropped(consumer('b'), 't/2', 7, 60_000)
    slow.dropped(consumer('b'), 't/3', 1, 61_000)
    slow.cutOff(consumer('c'), 62_000)
    expect(slow.list(1, 62_000)).toMatchObject([
      { clientId: 'b', droppedMessages: 8, cutOffs: 0, topic: 't/3' },
      { clientId: 'a', droppedMessages: 5 },
      { clientId: 'c', droppedMessages: 0, cutOffs: 1, topic: null },
    ])
    expect(slow.summary(1, 62_000)).toEqual({ connections: 3, droppedMessages: 13 })
    expect(slow.summary(1, 630_000)).toEqual({ connections: 2, droppedMessages: 8 })
    expect(slow.summary(1, 10_000_000)).toEqual({ connections: 0, droppedMessages: 0 })
  })

  it('keeps organizations apart, and no more than 50 of each', () => {
    const slow = new SlowConsumers()
    for (let n = 0; n < 500; n += 1) slow.dropped(consumer(`c${n}`), 't', 1, n)
    expect(slow.list(1, 500)).toHaveLength(50)
    expect(slow.list(2, 500)).toEqual([])
  })
})
