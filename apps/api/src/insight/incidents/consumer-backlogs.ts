import { Injectable } from '@nestjs/common'
import type { Consumer } from './slow-consumers.js'

/** The messages and bytes that wait for a client. */
export interface ConsumerBacklog extends Consumer {
  messages: number
  bytes: number
}

const readIntervalMs = 2_000
const maxPerOrganization = 50

/** The consumers with the largest backlogs. All connections are read at most every two seconds, however often it is asked. */
@Injectable()
export class ConsumerBacklogs {
  private source: () => Iterable<ConsumerBacklog> = () => []
  private readAtMs = Number.NEGATIVE_INFINITY
  private organizations = new Map<number, ConsumerBacklog[]>()

  /** Sets the function that reads all backlogs. */
  setSource(source: () => Iterable<ConsumerBacklog>): void {
    this.source = source
    this.readAtMs = Number.NEGATIVE_INFINITY
  }

  /** The backlogs in an organization, the largest first. */
  of(organizationId: number, atMs = performance.now()): readonly ConsumerBacklog[] {
    if (atMs - this.readAtMs >= readIntervalMs) {
      this.readAtMs = atMs
      this.organizations = byOrganization(this.source())
    }
    return this.organizations.get(organizationId) ?? []
  }
}

function byOrganization(all: Iterable<ConsumerBacklog>): Map<number, ConsumerBacklog[]> {
  const organizations = new Map<number, ConsumerBacklog[]>()
  for (const one of all) {
    const others = organizations.get(one.organizationId)
    if (others === undefined) organizations.set(one.organizationId, [one])
    else others.push(one)
  }
  for (const [id, list] of organizations)
    organizations.set(id, list.sort((a, b) => b.bytes - a.bytes).slice(0, maxPerOrganization))
  return organizations
}
