import { Injectable } from '@nestjs/common'
import type { Consumer } from './slow-consumers.js'

/** What a client has not taken yet. */
export interface Waiting extends Consumer {
  messages: number
  bytes: number
}

const lookEveryMs = 2_000
const keptPerOrganization = 50

/** For whom how much waits now. Whoever asks, and however many: all connections are looked at every two seconds at most. */
@Injectable()
export class WaitingConsumers {
  private look: () => Iterable<Waiting> = () => []
  private lookedAtMs = Number.NEGATIVE_INFINITY
  private organizations = new Map<number, Waiting[]>()

  /** Says where to look. */
  watch(look: () => Iterable<Waiting>): void {
    this.look = look
    this.lookedAtMs = Number.NEGATIVE_INFINITY
  }

  /** Those of an organization, the one for whom most waits first. */
  of(organizationId: number, atMs = performance.now()): readonly Waiting[] {
    if (atMs - this.lookedAtMs >= lookEveryMs) {
      this.lookedAtMs = atMs
      this.organizations = byOrganization(this.look())
    }
    return this.organizations.get(organizationId) ?? []
  }
}

function byOrganization(all: Iterable<Waiting>): Map<number, Waiting[]> {
  const organizations = new Map<number, Waiting[]>()
  for (const one of all) {
    const others = organizations.get(one.organizationId)
    if (others === undefined) organizations.set(one.organizationId, [one])
    else others.push(one)
  }
  for (const [id, list] of organizations)
    organizations.set(id, list.sort((a, b) => b.bytes - a.bytes).slice(0, keptPerOrganization))
  return organizations
}
