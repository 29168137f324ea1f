import type { SlowConsumer } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { wallTimeOf } from '../../foundation/times/wall-time.js'
import { SlidingCount } from './sliding-count.js'
import { WaitingConsumers } from './waiting-consumers.js'

/** Whose session could not follow. */
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
  /** Of the monotonic clock: the other can be set back. */
  lastMs: number
}

const windowMs = 10 * 60_000
const entriesKept = 50

/** Who does not take what it subscribed to fast enough, or did not in the last ten minutes; in memory. */
@Injectable()
export class SlowConsumers {
  private readonly organizations = new Map<number, Map<string, Entry>>()

  constructor(private readonly waiting: WaitingConsumers) {}

  dropped(consumer: Consumer, topic: string, count: number, atMs = performance.now()): void {
    const entry = this.touch(consumer, atMs)
    entry.topic = topic
    entry.dropped.add(count, atMs)
  }

  cutOff(consumer: Consumer, atMs = performance.now()): void {
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

  /** For whom most waits now first, then whoever lost most. */
  list(organizationId: number, atMs = performance.now()): SlowConsumer[] {
    const bySession = new Map<string, SlowConsumer>()
    for (const [sessionId, entry] of this.organizations.get(organizationId) ?? [])
      if (atMs - entry.lastMs <= windowMs) bySession.set(sessionId, described(entry, atMs))
    for (const { sessionId, clientId, device, messages, bytes } of this.waiting.of(organizationId, atMs)) {
      const known = bySession.get(sessionId) ?? { ...unharmed, clientId, device }
      const ts = new Date().toISOString()
      bySession.set(sessionId, { ...known, waitingMessages: messages, waitingBytes: bytes, ts })
    }
    return [...bySession.values()].sort(slowestFirst).slice(0, entriesKept)
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
    if (entries.size > entriesKept) entries.delete(entries.keys().next().value ?? '')
    return entry
  }
}

const unharmed = { droppedMessages: 0, cutOffs: 0, topic: null }

function described({ clientId, device, dropped, cutOffs, topic, lastMs }: Entry, atMs: number): SlowConsumer {
  return {
    clientId,
    device,
    waitingMessages: 0,
    waitingBytes: 0,
    droppedMessages: dropped.sum(windowMs, atMs),
    cutOffs: cutOffs.sum(windowMs, atMs),
    topic,
    ts: new Date(wallTimeOf(lastMs, atMs)).toISOString(),
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
