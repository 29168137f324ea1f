import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { requestHeaders, responseHeaders } from './proxy-headers.js'

describe('requestHeaders', () => {
  it('drops headers of the connection, and tells client and path in place of what the client told', () => {
    const request = new IncomingMessage(new Socket())
    Object.assign(request.headers, {
      host: 'iot.local',
      connection: 'keep-alive, x-private',
      'x-private': '1',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      'proxy-authorization': 'Basic eA==',
      cookie: 'a=1',
      'x-forwarded-for': '192.0.2.9',
      'x-forwarded-prefix': '/elsewhere',
    })
    const client = { address: '192.0.2.1', protocol: 'https', host: 'iot.local' } as const
    expect(requestHeaders(request, client, '')).toEqual({
      host: 'iot.local',
      cookie: 'a=1',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'iot.local',
    })
  })

  it('keeps the length of a body, also when Connection lists it', () => {
    const request = new IncomingMessage(new Socket())
    Object.assign(request.headers, { connection: 'Content-Length', 'content-length': '5' })
    const client = { address: '192.0.2.1', protocol: 'http', host: '' } as const
    expect(requestHeaders(request, client, '/iot')).toMatchObject({
      'x-forwarded-prefix': '/iot',
      'content-length': '5',
    })
  })
})

describe('responseHeaders', () => {
  it('keeps each of several cookies', () => {
    const raw = [
      'Set-Cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'Connection',
      'close, X-Hop',
      'X-Hop',
      '1',
      'ETag',
      'x',
    ]
    expect(responseHeaders(raw)).toEqual({ 'set-cookie': ['a=1', 'b=2'], etag: ['x'] })
  })
})
