import { createRequire } from 'node:module'
import type { Aedes } from 'aedes'

// What no option of aedes 1.2.0 can do; adapter.contract.spec.ts tests both.

/** Topics and filters are checked before aedes gets them; it would refuse more than 100 levels, whatever its options say. */
export function allowAllTopicLevels(broker: Aedes): void {
  const internals = broker as unknown as { maxTopicLevels: number }
  internals.maxTopicLevels = Number.POSITIVE_INFINITY
}

/**
 * Keeps aedes' copy of mqtt-packet from making, with its first packet, a buffer for each of 65,536 numbers and keeping
 * them all. It is looked up from aedes, because the setting must reach the copy that aedes uses.
 */
export function disableNumberCache(): void {
  const requireFromAedes = createRequire(createRequire(import.meta.url).resolve('aedes'))
  const { writeToStream }: { writeToStream: { cacheNumbers: boolean } } = requireFromAedes('mqtt-packet')
  writeToStream.cacheNumbers = false
}
