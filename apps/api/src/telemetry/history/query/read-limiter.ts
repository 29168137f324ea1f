import { Injectable } from '@nestjs/common'
import { UnavailableError } from '../../../foundation/errors/domain-errors.js'

/** Of the six connections for reading, so that some are free for others whatever one organization reads. */
const concurrentReads = 4
const longestWaitMs = 10_000
const retryAfterSeconds = 5

interface Organization {
  running: number
  waiting: Set<() => void>
}

/** Limits how many reads of one organization run at the same time; the others wait in the order in which they came. */
@Injectable()
export class ReadLimiter {
  private readonly organizations = new Map<number, Organization>()

  /** Runs a read as soon as the limit allows. Throws an UnavailableError when that takes too long. */
  async run<Result>(organizationId: number, read: () => Promise<Result>): Promise<Result> {
    const organization = this.organizations.get(organizationId) ?? { running: 0, waiting: new Set() }
    this.organizations.set(organizationId, organization)
    if (organization.running < concurrentReads) organization.running += 1
    else await slot(organization)
    try {
      return await read()
    } finally {
      this.release(organizationId, organization)
    }
  }

  /** Gives the slot to the read that has waited longest. */
  private release(organizationId: number, organization: Organization): void {
    const [next] = organization.waiting
    if (next !== undefined) next()
    else if (--organization.running === 0) this.organizations.delete(organizationId)
  }
}

/** Resolves when a slot is free for this read. */
function slot({ waiting }: Organization): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = () => {
      clearTimeout(timer)
      waiting.delete(take)
      resolve()
    }
    const timer = setTimeout(() => {
      waiting.delete(take)
      reject(busy())
    }, longestWaitMs)
    waiting.add(take)
  })
}

function busy(): UnavailableError {
  const detail = 'Too much of this organization’s telemetry is being read at the moment.'
  return new UnavailableError(detail, 'busy', retryAfterSeconds)
}
