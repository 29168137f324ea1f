/** A limit of the broker, as documents state it. */
export interface StatedLimit {
  readonly default: number
  readonly unit: 'bytes' | 'ms' | 'count'
  /** Whose use it counts. A group and an owner are those that `AuthenticateResult` names. */
  readonly per: 'packet' | 'connection' | 'session' | 'address' | 'owner' | 'group' | 'broker'
  /** What is counted, as a noun phrase in Markdown. */
  readonly text: string
  /** What happens past it, in Markdown. */
  readonly past: string
}

type Per = StatedLimit['per']

export function bytes(value: number, per: Per, text: string, past: string): StatedLimit {
  return { default: value, unit: 'bytes', per, text, past }
}

export function milliseconds(value: number, per: Per, text: string, past: string): StatedLimit {
  return { default: value, unit: 'ms', per, text, past }
}

export function count(value: number, per: Per, text: string, past: string): StatedLimit {
  return { default: value, unit: 'count', per, text, past }
}

export const KiB = 1024
export const MiB = 1024 * KiB
