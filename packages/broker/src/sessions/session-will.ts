import type { StoredWill } from '../interface/persistence.js'

/**
 * A will that is sent some time after its connection has ended, unless its session is resumed before (MQTT 5, section
 * 3.1.3.2.2).
 */
export interface SessionWill {
  readonly stored: StoredWill
  /** Sends it, if it is still allowed. */
  send(): void
}

/** Rough memory of a will that waits. */
export function willBytes({ topic, payload, properties }: StoredWill): number {
  return aroundWillBytes + 2 * topic.length + payload.length + (properties?.length ?? 0)
}

const aroundWillBytes = 700
