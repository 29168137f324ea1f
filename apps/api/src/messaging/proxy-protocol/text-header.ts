import net from 'node:net'
import { canonicalAddress } from './canonical-address.js'
import type { ProxyHeader } from './proxy-header.js'
import { malformed } from './refused-header.js'

export const textPrefix = Buffer.from('PROXY ')

/** The longest line, with its CRLF (section 2.1). */
const longestLine = 107

/** Reads a header of version 1: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883` and CRLF. */
export function readTextHeader(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, longestLine).indexOf('\r\n')
  if (end < 0) {
    if (bytes.length < longestLine) return { state: 'incomplete' }
    return { state: 'refused', reason: 'too_long', detail: `its line has more than ${longestLine} bytes` }
  }
  const [, family = '', ...addresses] = bytes.toString('latin1', 0, end).split(' ')
  const header = { state: 'complete', bytes: end + 2 } as const
  // What follows UNKNOWN is to be ignored.
  if (family === 'UNKNOWN') return { ...header, source: null }
  const isAddress = families.get(family)
  if (isAddress === undefined) return malformed('its line names no known protocol')
  const [source = '', destination = '', sourcePort = '', destinationPort = '', ...more] = addresses
  if (!isAddress(source) || !isAddress(destination))
    return malformed(`its line has no two addresses of ${family}`)
  if (!isPort(sourcePort) || !isPort(destinationPort) || more.length > 0)
    return malformed('its line does not end with two ports')
  return { ...header, source: canonicalAddress(source) }
}

const families = new Map([
  ['TCP4', net.isIPv4],
  // An address with a zone is none that a proxy sends.
  ['TCP6', (text: string) => net.isIPv6(text) && !text.includes('%')],
])

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535
}
