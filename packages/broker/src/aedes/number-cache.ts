import { createRequire } from 'node:module'

/**
 * Keeps aedes' copy of mqtt-packet from making, with its first packet, a buffer for each of 65,536 numbers and keeping
 * them all. It is looked up from aedes, because the setting must reach the copy that aedes uses.
 */
export function disableNumberCache(): void {
  const requireFromAedes = createRequire(createRequire(import.meta.url).resolve('aedes'))
  const { writeToStream }: { writeToStream: { cacheNumbers: boolean } } = requireFromAedes('mqtt-packet')
  writeToStream.cacheNumbers = false
}
