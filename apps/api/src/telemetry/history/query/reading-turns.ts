import { Injectable } from '@nestjs/common'
import { UnavailableError } from '../../../foundation/errors/domain-errors.js'

/** Of the six connections for reading: whatever one organization asks for, others find some free. */
const mostAtOnce = 4
const longestWaitMs = 10_000
const retryAfterSeconds = 5

interface Organization {
  running: number
  waiting: Set<() => void>
}

/** Has readings of one organization wait for each other, in the order in which they came, once they are many. */
@Injectable()
export class ReadingTurns {
  private readonly organizations = new Map<number, Organization>()

  /** Runs it when it is its turn. Throws an UnavailableError when that does not come. */
  async run<Result>(organizationId: number, read: () => Promise<Result>): Promise<Result> {
    const organization = this.organizations.get(organizationId) ?? { running: 0, waiting: new Set() }
    this.organizations.set(organizationId, organization)
    if (organization.running < mostAtOnce) organization.running += 1
    else await turn(organization)
    try {
      return await read()
    } finally {
      this.pass(organizationId, organization)
    }
  }

  /** Gives the turn to whoever waits longest. */
  private pass(organizationId: number, organization: Organization): void {
    const [next] = organization.waiting
    if (next !== undefined) next()
    else if (--organization.running === 0) this.organizations.delete(organizationId)
  }
}

function turn({ waiting }: Organization): Promise<void> {
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
