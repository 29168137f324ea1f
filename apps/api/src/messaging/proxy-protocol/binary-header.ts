import { canonicalAddress } from './canonical-address.js'
import type { ProxyHeader } from './proxy-header.js'
import { malformed } from './refused-header.js'

export const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** The signature, version and command, family and transport, and the length of the rest (section 2.2). */
const fixedBytes = 16

/** Bytes of the addresses and ports, by family: unspecified, IPv4, IPv6, Unix. */
const addressBytes = [0, 12, 36, 216] as const

const command = { local: 0, proxy: 1 } as const
const ipv4Stream = 0x11
const ipv6Stream = 0x21

/** Reads a header of version 2. Extensions (TLVs) are skipped. */
export function readBinaryHeader(bytes: Buffer, maxBytes: number): ProxyHeader {
  if (bytes.length < fixedBytes) return { state: 'incomplete' }
  const versionAndCommand = bytes.readUInt8(12)
  const familyAndTransport = bytes.readUInt8(13)
  const length = bytes.readUInt16BE(14)
  const total = fixedBytes + length
  if (versionAndCommand >> 4 !== 2) return malformed('its version is not 2')
  const given = versionAndCommand & 15
  if (given !== command.local && given !== command.proxy) return malformed('its command is not known')
  if (total > maxBytes)
    return { state: 'refused', reason: 'too_long', detail: `it has ${total} bytes; ${maxBytes} are allowed` }
  // A check of the proxy's own: what its header says about addresses is to be ignored.
  const problem = given === command.local ? null : problemOf(familyAndTransport, length)
  if (problem !== null) return malformed(problem)
  if (bytes.length < total) return { state: 'incomplete' }
  const source = given === command.local ? null : sourceOf(bytes, familyAndTransport)
  return { state: 'complete', bytes: total, source }
}

function problemOf(familyAndTransport: number, length: number): string | null {
  const least = addressBytes[familyAndTransport >> 4]
  if (least === undefined) return 'its address family is not known'
  if ((familyAndTransport & 15) > 2) return 'its transport is not known'
  return length < least ? 'it is shorter than its addresses' : null
}

/** Null for what is no TCP over IP: then the connection counts as the proxy's own, as for an unspecified family. */
function sourceOf(bytes: Buffer, familyAndTransport: number): string | null {
  switch (familyAndTransport) {
    case ipv4Stream:
      return bytes.subarray(fixedBytes, fixedBytes + 4).join('.')
    case ipv6Stream:
      return canonicalAddress(groupsOf(bytes.subarray(fixedBytes, fixedBytes + 16)))
    default:
      return null
  }
}

function groupsOf(address: Buffer): string {
  return (address.toString('hex').match(/.{4}/g) ?? []).join(':')
}
