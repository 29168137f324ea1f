import type { FurtherRefusals, Refusal, RefusalCount } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { ClientTexts } from '../../foundation/secrets/client-texts.js'
import { epochMsOf } from '../../foundation/times/monotonic-time.js'
import {
  DeviceRefusals,
  hourCount,
  hourMs,
  type RecordedRefusal,
  type RefusalEntry,
} from './device-refusals.js'
import { SlidingCount } from './sliding-count.js'

/** How much is kept. What was longest without a refusal is forgotten first; the counts by code keep it. */
export const refusalLimits = { devicesPerOrganization: 200, entries: 10_000 }

interface Organization {
  /** By code: what the tile of the overview shows. */
  counts: Map<string, { minute: SlidingCount; hour: SlidingCount }>
  /** In the order of their last refusals; null is for clients that are no device. */
  devices: Map<string | null, DeviceRefusals>
}

const minuteMs = 60_000
const listedInOverview = 50

/** The refusals of the last hour, in memory. Equal refusals are one entry, so that many of them need no more memory. */
@Injectable()
export class RefusalLog {
  /** In the order of their last refusals. */
  private readonly organizations = new Map<number, Organization>()
  private entries = 0
  /** Numbers the refusals, so that their order is definite. */
  private last = 0

  constructor(private readonly texts: ClientTexts) {}

  record(organizationId: number, refusal: RecordedRefusal, atMs = performance.now()): void {
    const organization = this.organizations.get(organizationId) ?? { counts: new Map(), devices: new Map() }
    // Deleted and set again, so that the map is in the order of the last times.
    this.organizations.delete(organizationId)
    this.organizations.set(organizationId, organization)
    countCode(organization, refusal, atMs)

    const { devices } = organization
    const device = refusal.device ?? null
    const refusals = devices.get(device) ?? new DeviceRefusals()
    devices.delete(device)
    devices.set(device, refusals)
    this.last += 1
    this.entries += refusals.record(this.withoutSecrets(refusal), this.last, atMs)
    this.enforceLimits(organization, atMs)
  }

  /** Forgets the refusals of a deleted device, as another may get its id. */
  forgetDevice(organizationId: number, device: string): void {
    const organization = this.organizations.get(organizationId)
    if (organization !== undefined) this.forget(organization, device)
  }

  /** Counts by code, the most frequent first. */
  counts(organizationId: number, atMs = performance.now()): RefusalCount[] {
    const counts = [...(this.organizations.get(organizationId)?.counts ?? [])].map(([code, count]) => ({
      code,
      lastMinute: count.minute.sum(minuteMs, atMs),
      lastHour: count.hour.sum(hourMs, atMs),
    }))
    return counts.filter(({ lastHour }) => lastHour > 0).sort((a, b) => b.lastHour - a.lastHour)
  }

  /** The newest refusals, and a summary of all others: together they add up to `counts`. */
  recent(
    organizationId: number,
    atMs = performance.now(),
    nowMs = Date.now(),
  ): { refusals: Refusal[]; furtherRefusals: FurtherRefusals } {
    const devices = [...(this.organizations.get(organizationId)?.devices.values() ?? [])]
    const all = devices.flatMap((refusals) => refusals.list(atMs)).sort((a, b) => b.order - a.order)
    const refusals = all.slice(0, listedInOverview).map((entry) => describe(entry, atMs, nowMs))
    const counts = this.counts(organizationId, atMs).map(({ code, lastHour }) => ({
      code,
      count: lastHour - sumOf(refusals.filter((listed) => listed.code === code)),
    }))
    const others = all.slice(listedInOverview).flatMap(({ device }) => device ?? [])
    return {
      refusals,
      furtherRefusals: {
        devices: new Set(others).size,
        counts: counts.filter(({ count }) => count > 0),
      },
    }
  }

  /** The devices of which refusals are kept. */
  devicesOf(organizationId: number): string[] {
    const devices = this.organizations.get(organizationId)?.devices.keys() ?? []
    return [...devices].filter((device) => device !== null)
  }

  /** The same of some devices alone, with their counts by code. What was forgotten of them is not in the counts. */
  recentOf(
    organizationId: number,
    devices: ReadonlySet<string>,
    atMs = performance.now(),
    nowMs = Date.now(),
  ): { refusals: Refusal[]; furtherRefusals: FurtherRefusals; counts: RefusalCount[] } {
    const kept = this.organizations.get(organizationId)?.devices
    const all = [...devices]
      .flatMap((device) => kept?.get(device)?.list(atMs) ?? [])
      .sort((a, b) => b.order - a.order)
    const further = all.slice(listedInOverview)
    return {
      refusals: all.slice(0, listedInOverview).map((entry) => describe(entry, atMs, nowMs)),
      furtherRefusals: {
        devices: new Set(further.map(({ device }) => device)).size,
        counts: countsOf(further, atMs).map(({ code, lastHour }) => ({ code, count: lastHour })),
      },
      counts: countsOf(all, atMs),
    }
  }

  /** The refusals of a device whose order is below `before`, newest first, each with its order. */
  ofDevice(
    organizationId: number,
    device: string,
    before = Number.POSITIVE_INFINITY,
    atMs = performance.now(),
    nowMs = Date.now(),
  ): { order: number; refusal: Refusal }[] {
    const entries = this.organizations.get(organizationId)?.devices.get(device)?.list(atMs) ?? []
    return entries
      .filter(({ order }) => order < before)
      .map((entry) => ({ order: entry.order, refusal: describe(entry, atMs, nowMs) }))
  }

  private enforceLimits(organization: Organization, atMs: number): void {
    for (const [device, { lastMs }] of organization.devices) {
      const tooMany = organization.devices.size > refusalLimits.devicesPerOrganization
      if (!tooMany && atMs - lastMs <= hourMs) break
      this.forget(organization, device)
    }
    while (this.entries > refusalLimits.entries) this.forgetOldest()
  }

  /** Forgets a device of the organization that was longest without a refusal. */
  private forgetOldest(): void {
    for (const organization of this.organizations.values()) {
      const [device] = organization.devices.keys()
      if (device === undefined) continue
      this.forget(organization, device)
      return
    }
  }

  /** Topics and details are texts of clients, and everybody who may see the overview reads them. */
  private withoutSecrets({ topic, detail, ...refusal }: RecordedRefusal): RecordedRefusal {
    return {
      ...refusal,
      ...(topic === undefined ? {} : { topic: this.texts.withoutSecrets(topic) }),
      ...(detail === undefined ? {} : { detail: this.texts.withoutSecrets(detail) }),
    }
  }

  private forget({ devices }: Organization, device: string | null): void {
    this.entries -= devices.get(device)?.size ?? 0
    devices.delete(device)
  }
}

function countCode({ counts }: Organization, { code, count = 1 }: RecordedRefusal, atMs: number): void {
  const ofCode = counts.get(code) ?? { minute: new SlidingCount(minuteMs), hour: hourCount() }
  counts.set(code, ofCode)
  ofCode.minute.add(count, atMs)
  ofCode.hour.add(count, atMs)
}

/** Counts by code, the most frequent first. */
function countsOf(entries: readonly RefusalEntry[], atMs: number): RefusalCount[] {
  const counts = new Map<string, RefusalCount>()
  for (const { code, count } of entries) {
    const { lastMinute, lastHour } = counts.get(code) ?? { lastMinute: 0, lastHour: 0 }
    counts.set(code, {
      code,
      lastMinute: lastMinute + count.sum(minuteMs, atMs),
      lastHour: lastHour + count.sum(hourMs, atMs),
    })
  }
  return [...counts.values()].sort((a, b) => b.lastHour - a.lastHour)
}

function sumOf(refusals: readonly Refusal[]): number {
  return refusals.reduce((sum, { count }) => sum + count, 0)
}

function describe(entry: RefusalEntry, atMs: number, nowMs: number): Refusal {
  const { code, device = null, topic = null, detail = null, remoteAddress = null } = entry
  const iso = (monotonicMs: number) => new Date(epochMsOf(monotonicMs, atMs, nowMs)).toISOString()
  return {
    code,
    device,
    topic,
    detail,
    remoteAddress,
    count: entry.count.sum(hourMs, atMs),
    since: iso(Math.max(entry.sinceMs, atMs - hourMs)),
    ts: iso(entry.lastMs),
  }
}
