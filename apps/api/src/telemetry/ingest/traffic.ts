import { Injectable } from '@nestjs/common'

interface Counts {
  messages: number
  samples: number
}

/** Messages from devices and stored samples, per organization, since the platform started. */
@Injectable()
export class Traffic {
  private readonly counts = new Map<number, Counts>()

  countMessage(organizationId: number): void {
    this.of(organizationId).messages += 1
  }

  countSamples(organizationId: number, samples: number): void {
    this.of(organizationId).samples += samples
  }

  /** The organizations whose devices have sent something. */
  organizations(): Iterable<number> {
    return this.counts.keys()
  }

  totals(organizationId: number): Readonly<Counts> {
    return this.of(organizationId)
  }

  private of(organizationId: number): Counts {
    const known = this.counts.get(organizationId)
    if (known !== undefined) return known
    const counts = { messages: 0, samples: 0 }
    this.counts.set(organizationId, counts)
    return counts
  }
}
