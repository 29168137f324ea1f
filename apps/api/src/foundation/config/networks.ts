import net from 'node:net'

/** One address or one network, as TRUSTED_PROXIES lists them. */
export interface Network {
  address: string
  prefix: number
  family: 'ipv4' | 'ipv6'
}

/** Reads `10.0.0.0/8`, `::1` or `192.168.1.5`; null when it is none of these. */
export function parseNetwork(text: string): Network | null {
  const [address = '', prefixText, ...rest] = text.split('/')
  const version = net.isIP(address)
  if (version === 0 || rest.length > 0) return null
  const longest = version === 4 ? 32 : 128
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return null
  const prefix = prefixText === undefined ? longest : Number(prefixText)
  return prefix <= longest ? { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' } : null
}

/** A test for whether an address lies in one of the networks. */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new net.BlockList()
  for (const text of networks) {
    const network = parseNetwork(text)
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family)
  }
  return (address) => {
    const version = net.isIP(address)
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/** The address without its zone. An IPv4 address that came over an IPv6 socket becomes an IPv4 address. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address.replace(/%.*$/, '')
}

const loopback = networkMatcher(['127.0.0.0/8', '::1'])

/** Whether a HOST, a name or an address, can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || loopback(host.replace(/^\[|\]$/g, ''))
}
