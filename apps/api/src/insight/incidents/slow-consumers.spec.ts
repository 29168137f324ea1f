import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConsumerBacklogs } from './consumer-backlogs.js'
import { SlowConsumers } from './slow-consumers.js'

const consumer = (clientId: string, organizationId = 1) => ({
  organizationId,
  sessionId: `acme/d/1/${clientId}`,
  clientId,
  device: clientId,
})

afterEach(() => vi.useRealTimers())

describe('SlowConsumers', () => {
  it('lists consumers for ten minutes, those with most dropped messages first', () => {
    const slow = new SlowConsumers(new ConsumerBacklogs())
    slow.recordDropped(consumer('a'), 't/1', 5, 0)
    slow.recordDropped(consumer('b'), 't/2', 7, 60_000)
    slow.recordDropped(consumer('b'), 't/3', 1, 61_000)
    slow.recordCutOff(consumer('c'), 62_000)
    expect(slow.list(1, 62_000)).toMatchObject([
      { clientId: 'b', droppedMessages: 8, cutOffs: 0, topic: 't/3' },
      { clientId: 'a', droppedMessages: 5 },
      { clientId: 'c', droppedMessages: 0, cutOffs: 1, topic: null },
    ])
    expect(slow.summary(1, 62_000)).toEqual({ connections: 3, droppedMessages: 13 })
    expect(slow.summary(1, 630_000)).toEqual({ connections: 2, droppedMessages: 8 })
    expect(slow.summary(1, 10_000_000)).toEqual({ connections: 0, droppedMessages: 0 })
  })

  it('works when the system clock is set back', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const slow = new SlowConsumers(new ConsumerBacklogs())
    slow.recordDropped(consumer('a'), 't/1', 5)
    vi.advanceTimersByTime(60_000)
    vi.setSystemTime(Date.now() - 3_600_000)
    slow.recordDropped(consumer('a'), 't/1', 1)
    expect(slow.list(1)).toMatchObject([{ droppedMessages: 6, ts: new Date().toISOString() }])
    vi.advanceTimersByTime(595_000)
    expect(slow.summary(1)).toEqual({ connections: 1, droppedMessages: 1 })
    vi.advanceTimersByTime(10_000)
    expect(slow.summary(1)).toEqual({ connections: 0, droppedMessages: 0 })
  })

  it('keeps at most 50 consumers, apart for each organization', () => {
    const slow = new SlowConsumers(new ConsumerBacklogs())
    for (let n = 0; n < 500; n += 1) slow.recordDropped(consumer(`c${n}`), 't', 1, n)
    expect(slow.list(1, 500)).toHaveLength(50)
    expect(slow.list(2, 500)).toEqual([])
  })

  it('lists consumers with the largest backlog first, and reads backlogs at most every two seconds', () => {
    const backlogs = new ConsumerBacklogs()
    const slow = new SlowConsumers(backlogs)
    let reads = 0
    let bytes = 1_000
    backlogs.setSource(() => {
      reads += 1
      return [
        { ...consumer('b'), messages: 1, bytes },
        { ...consumer('c'), messages: 9, bytes: 5_000 },
        { ...consumer('other', 2), messages: 1, bytes: 1 },
      ]
    })
    slow.recordDropped(consumer('a'), 't/1', 500, 0)
    slow.recordDropped(consumer('b'), 't/2', 3, 0)
    expect(slow.list(1, 1_000)).toMatchObject([
      { clientId: 'c', waitingMessages: 9, waitingBytes: 5_000, droppedMessages: 0, topic: null },
      { clientId: 'b', waitingMessages: 1, waitingBytes: 1_000, droppedMessages: 3, topic: 't/2' },
      { clientId: 'a', waitingMessages: 0, waitingBytes: 0, droppedMessages: 500 },
    ])
    expect(slow.summary(1, 2_000)).toEqual({ connections: 3, droppedMessages: 503 })
    expect(slow.list(2, 2_500)).toMatchObject([{ clientId: 'other', waitingBytes: 1 }])
    expect(reads).toBe(1)
    bytes = 9_000
    expect(slow.list(1, 3_000).map(({ clientId }) => clientId)).toEqual(['b', 'c', 'a'])
    expect(reads).toBe(2)
  })
})
