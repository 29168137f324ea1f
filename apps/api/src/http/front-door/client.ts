import type { IncomingMessage } from 'node:http'
import { networkMatcher, plainAddress } from '../../foundation/config/networks.js'

/** Who is at the other end, and by which address they reached us, as far as the socket and trusted proxies say. */
export interface Client {
  address: string
  protocol: 'http' | 'https'
  /** The Host that the client named; empty when it named none. */
  host: string
}

const clients = new WeakMap<IncomingMessage, Client>()

const forwardingHeaders = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-forwarded-prefix',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
]

/** The true address of the client. Only for requests that came through the front door. */
export function clientAddress(request: IncomingMessage): string {
  return clientOf(request).address
}

export function clientOf(request: IncomingMessage): Client {
  const client = clients.get(request)
  if (client === undefined) throw new Error('this request did not come through the front door')
  return client
}

/** Finds out who the client is, once, and takes every forwarding header away, so that nothing behind believes them. */
export function clientIdentifier(trustedProxies: readonly string[]): (request: IncomingMessage) => Client {
  const isTrusted = networkMatcher(trustedProxies)
  return (request) => {
    const known = clients.get(request)
    if (known !== undefined) return known
    const client = identify(request, isTrusted)
    for (const header of forwardingHeaders) delete request.headers[header]
    clients.set(request, client)
    return client
  }
}

function identify(request: IncomingMessage, isTrusted: (address: string) => boolean): Client {
  const peer = plainAddress(request.socket.remoteAddress ?? '')
  const host = request.headers.host ?? ''
  if (!isTrusted(peer)) return { address: peer, protocol: 'http', host }
  const protocol = last(header(request, 'x-forwarded-proto')) === 'https' ? 'https' : 'http'
  return {
    address: forwardedAddress(header(request, 'x-forwarded-for'), peer, isTrusted),
    protocol,
    host: last(header(request, 'x-forwarded-host')) || host,
  }
}

/** From the right, the first address that no trusted proxy has: what is left of it anybody may have written. */
function forwardedAddress(
  forwardedFor: string,
  peer: string,
  isTrusted: (address: string) => boolean,
): string {
  let address = peer
  for (const item of forwardedFor.split(',').reverse()) {
    const next = addressOnly(item.trim())
    if (next === null) break
    address = next
    if (!isTrusted(address)) break
  }
  return address
}

function addressOnly(text: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+)(?::\d+)?|([0-9a-f:.]+))$/i.exec(text)
  const address = match?.[1] ?? match?.[2] ?? match?.[3]
  return address === undefined ? null : plainAddress(address)
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

function last(list: string): string {
  return list.split(',').at(-1)?.trim().toLowerCase() ?? ''
}
