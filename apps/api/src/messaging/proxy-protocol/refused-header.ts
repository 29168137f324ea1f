import type { ProxyHeader } from './proxy-header.js'

export function malformed(detail: string): ProxyHeader {
  return { state: 'refused', reason: 'malformed', detail }
}
