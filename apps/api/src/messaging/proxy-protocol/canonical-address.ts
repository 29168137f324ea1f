import net from 'node:net'
import { plainAddress } from '../../foundation/config/networks.js'

/** The one spelling of an IP address, so that it counts as the same address however a proxy writes it. */
export function canonicalAddress(address: string): string {
  if (net.isIPv4(address)) return address
  return plainAddress(new net.SocketAddress({ address, family: 'ipv6' }).address)
}
