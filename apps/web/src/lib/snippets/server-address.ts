/** Without the brackets that an IPv6 address wears in a URL. */
export function hostOf(server: URL): string {
  return server.hostname.replace(/^\[|\]$/g, '')
}

const DEFAULT_PORTS: Record<string, string> = {
  'mqtt:': '1883',
  'mqtts:': '8883',
  'ws:': '80',
  'wss:': '443',
}

export function portOf(server: URL): string {
  return server.port || (DEFAULT_PORTS[server.protocol] ?? '1883')
}
