/** Whose use a limit counts. `owner` is a device, a person or an API key. */
export type LimitScope =
  | 'message'
  | 'request'
  | 'connection'
  | 'address'
  | 'owner'
  | 'organization'
  | 'platform'

/** A limit as docs/limits.md states it. */
export interface StatedLimit {
  default: number
  unit: 'bytes' | 'ms' | 'days' | 'count' | 'share'
  per: LimitScope
  /** What is counted, as a noun phrase in Markdown. */
  text: string
  /** What happens past it, in Markdown. */
  past: string
}

/** The numbers that hold, by the names of the limits. */
export type LimitValues<Limits> = Limits extends LimitSet<infer Name> ? Record<Name, number> : never

/** Limits that were set, by `area.name`. */
export type GivenLimits = ReadonlyMap<string, number>

/** The limits of one part of the platform. The variable LIMITS sets each as `area.name`. */
export class LimitSet<Name extends string> {
  constructor(
    readonly area: string,
    /** The heading of its table. */
    readonly title: string,
    readonly stated: Readonly<Record<Name, StatedLimit>>,
  ) {}

  /** The names as LIMITS has them. */
  get names(): string[] {
    return Object.keys(this.stated).map((name) => `${this.area}.${name}`)
  }

  /** The given limits of this area, and the defaults of the others. */
  values(given: GivenLimits = new Map()): Record<Name, number> {
    const entries = Object.entries<StatedLimit>(this.stated).map(
      ([name, limit]) => [name, given.get(`${this.area}.${name}`) ?? limit.default] as const,
    )
    return Object.fromEntries(entries) as Record<Name, number>
  }
}
