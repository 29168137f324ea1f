import type { SlowConsumer } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { SlidingCount } from './sliding-count.js'

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
  lastMs: number
}

const windowMs = 10 * 60_000
const entriesKept = 50

/** Who did not take what it subscribed to fast enough, in the last ten minutes; in memory. */
@Injectable()
export class SlowConsumers {
  private readonly organizations = new Map<number, Map<string, Entry>>()

  dropped(consumer: Consumer, topic: string, count: number, nowMs = Date.now()): void {
    const entry = this.touch(consumer, nowMs)
    entry.topic = topic
    entry.dropped.add(count, nowMs)
  }

  cutOff(consumer: Consumer, nowMs = Date.now()): void {
    this.touch(consumer, nowMs).cutOffs.add(1, nowMs)
  }

  summary(organizationId: number, nowMs = Date.now()): { connections: number; droppedMessages: number } {
    const list = this.list(organizationId, nowMs)
    return {
      connections: list.length,
      droppedMessages: list.reduce((sum, { droppedMessages }) => sum + droppedMessages, 0),
    }
  }

  /** Whoever lost most first. */
  list(organizationId: number, nowMs = Date.now()): SlowConsumer[] {
    const entries = [...(this.organizations.get(organizationId)?.values() ?? [])]
    return entries
      .filter(({ lastMs }) => nowMs - lastMs <= windowMs)
      .map(({ clientId, device, dropped, cutOffs, topic, lastMs }) => ({
        clientId,
        device,
        droppedMessages: dropped.sum(windowMs, nowMs),
        cutOffs: cutOffs.sum(windowMs, nowMs),
        topic,
        ts: new Date(lastMs).toISOString(),
      }))
      .sort((a, b) => b.droppedMessages - a.droppedMessages || b.cutOffs - a.cutOffs)
  }

  private touch(consumer: Consumer, nowMs: number): Entry {
    const { organizationId, sessionId } = consumer
    const entries = this.organizations.get(organizationId) ?? new Map<string, Entry>()
    this.organizations.set(organizationId, entries)
    const entry = entries.get(sessionId) ?? {
      ...consumer,
      dropped: new SlidingCount(windowMs),
      cutOffs: new SlidingCount(windowMs),
      topic: null,
      lastMs: nowMs,
    }
    entry.lastMs = nowMs
    entries.delete(sessionId)
    entries.set(sessionId, entry)
    if (entries.size > entriesKept) entries.delete(entries.keys().next().value ?? '')
    return entry
  }
}
