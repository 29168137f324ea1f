import type { IncomingMessage } from 'node:http'
import { networkMatcher, plainAddress } from '../../foundation/config/networks.js'

/** The client's address, and the address by which it reached us, from the socket and from trusted proxies. */
export interface Client {
  address: string
  protocol: 'http' | 'https'
  /** The Host header; empty when there was none. */
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

/** The client's own address. Only for requests that came through the front door. */
export function clientAddress(request: IncomingMessage): string {
  return clientOf(request).address
}

export function clientOf(request: IncomingMessage): Client {
  const client = clients.get(request)
  if (client === undefined) throw new Error('this request did not come through the front door')
  return client
}

/** Makes a function that identifies a request's client, and removes forwarding headers so that no later code trusts them. */
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
  const isSecure = 'encrypted' in request.socket
  if (!isTrusted(peer)) return { address: peer, protocol: isSecure ? 'https' : 'http', host }
  const forwarded = last(header(request, 'x-forwarded-proto'))
  const protocol = forwarded === 'https' || (forwarded === '' && isSecure) ? 'https' : 'http'
  return {
    address: forwardedAddress(header(request, 'x-forwarded-for'), peer, isTrusted),
    protocol,
    host: last(header(request, 'x-forwarded-host')) || host,
  }
}

/** The rightmost address that is not of a trusted proxy. Clients may have made up the addresses left of it. */
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
