import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { clientAddress, clientIdentifier } from './client.js'

function requestFrom(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
  const request = new IncomingMessage(socket)
  Object.assign(request.headers, { host: 'iot.local:3000', ...headers })
  return request
}

describe('clientIdentifier', () => {
  const proxied = clientIdentifier(['10.0.0.0/8', '::1'])

  it('uses the address of the socket when no proxy is trusted', () => {
    const request = requestFrom('::ffff:192.0.2.1', {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=1.2.3.4',
      'x-real-ip': '1.2.3.4',
    })
    expect(clientIdentifier([])(request)).toEqual({
      address: '192.0.2.1',
      protocol: 'http',
      host: 'iot.local:3000',
    })
    expect(Object.keys(request.headers)).toEqual(['host'])
    expect(clientAddress(request)).toBe('192.0.2.1')
  })

  it('uses the headers of a trusted proxy', () => {
    const client = proxied(
      requestFrom('10.0.0.1', {
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'iot.example.com',
      }),
    )
    expect(client).toEqual({ address: '203.0.113.9', protocol: 'https', host: 'iot.example.com' })
  })

  it('ignores addresses that the client sent to the proxy', () => {
    const client = proxied(requestFrom('10.0.0.1', { 'x-forwarded-for': '1.2.3.4, 203.0.113.9, 10.0.0.7' }))
    expect(client.address).toBe('203.0.113.9')
  })

  it('stops at text that is not an address', () => {
    expect(proxied(requestFrom('10.0.0.1', { 'x-forwarded-for': 'unknown, 10.2.2.2' })).address).toBe(
      '10.2.2.2',
    )
  })

  it('ignores the headers of an untrusted proxy', () => {
    expect(proxied(requestFrom('192.0.2.1', { 'x-forwarded-for': '1.2.3.4' })).address).toBe('192.0.2.1')
  })
})
