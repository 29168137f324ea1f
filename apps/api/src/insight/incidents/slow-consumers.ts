import type { SlowConsumer } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { epochMsOf } from '../../foundation/times/monotonic-time.js'
import { ConsumerBacklogs } from './consumer-backlogs.js'
import { SlidingCount } from './sliding-count.js'

/** A client that receives messages, by its session. */
export interface Consumer {
  organizationId: number
  sessionId: string
  clientId: string
  device: string | null
}

interface Entry extends Consumer {
  dropped: SlidingCount
  cutOffs: SlidingCount
  topic: string | null
  /** A time of the monotonic clock, as the system's can be set back. */
  lastMs: number
}

const windowMs = 10 * 60_000
const maxEntries = 50

/** The consumers that are too slow now, or were in the last ten minutes; in memory. */
@Injectable()
export class SlowConsumers {
  private readonly organizations = new Map<number, Map<string, Entry>>()

  constructor(private readonly backlogs: ConsumerBacklogs) {}

  recordDropped(consumer: Consumer, topic: string, count: number, atMs = performance.now()): void {
    const entry = this.touch(consumer, atMs)
    entry.topic = topic
    entry.dropped.add(count, atMs)
  }

  recordCutOff(consumer: Consumer, atMs = performance.now()): void {
    this.touch(consumer, atMs).cutOffs.add(1, atMs)
  }

  summary(
    organizationId: number,
    atMs = performance.now(),
  ): { connections: number; droppedMessages: number } {
    const list = this.list(organizationId, atMs)
    return {
      connections: list.length,
      droppedMessages: list.reduce((sum, { droppedMessages }) => sum + droppedMessages, 0),
    }
  }

  /** Those with the largest backlog first, then those with most dropped messages. */
  list(organizationId: number, atMs = performance.now()): SlowConsumer[] {
    const bySession = new Map<string, SlowConsumer>()
    for (const [sessionId, entry] of this.organizations.get(organizationId) ?? [])
      if (atMs - entry.lastMs <= windowMs) bySession.set(sessionId, describe(entry, atMs))
    for (const { sessionId, clientId, device, messages, bytes } of this.backlogs.of(organizationId, atMs)) {
      const known = bySession.get(sessionId) ?? { ...withoutLosses, clientId, device }
      const ts = new Date().toISOString()
      bySession.set(sessionId, { ...known, waitingMessages: messages, waitingBytes: bytes, ts })
    }
    return [...bySession.values()].sort(slowestFirst).slice(0, maxEntries)
  }

  private touch(consumer: Consumer, atMs: number): Entry {
    const { organizationId, sessionId } = consumer
    const entries = this.organizations.get(organizationId) ?? new Map<string, Entry>()
    this.organizations.set(organizationId, entries)
    const entry = entries.get(sessionId) ?? {
      ...consumer,
      dropped: new SlidingCount(windowMs),
      cutOffs: new SlidingCount(windowMs),
      topic: null,
      lastMs: atMs,
    }
    entry.lastMs = atMs
    entries.delete(sessionId)
    entries.set(sessionId, entry)
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value ?? '')
    return entry
  }
}

const withoutLosses = { droppedMessages: 0, cutOffs: 0, topic: null }

function describe({ clientId, device, dropped, cutOffs, topic, lastMs }: Entry, atMs: number): SlowConsumer {
  return {
    clientId,
    device,
    waitingMessages: 0,
    waitingBytes: 0,
    droppedMessages: dropped.sum(windowMs, atMs),
    cutOffs: cutOffs.sum(windowMs, atMs),
    topic,
    ts: new Date(epochMsOf(lastMs, atMs)).toISOString(),
  }
}

function slowestFirst(a: SlowConsumer, b: SlowConsumer): number {
  return (
    b.waitingBytes - a.waitingBytes ||
    b.waitingMessages - a.waitingMessages ||
    b.droppedMessages - a.droppedMessages ||
    b.cutOffs - a.cutOffs
  )
}
