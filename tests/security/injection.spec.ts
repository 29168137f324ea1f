import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packets311 } from '../../packages/broker/conformance/support/bytes-311.js'
import { eventually } from '../integration/mqtt/support.js'
import { ask } from '../integration/rest/callers.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { closed, exchange } from '../support/raw-socket.js'

let platform: Platform
let owner: Administrator

beforeAll(async () => {
  platform = await startPlatform({ env: { LOG_LEVEL: 'trace' } })
  owner = await createAdministrator(platform)
  await owner.send('POST', '/api/v1/devices', { name: 'pump', id: 'pump' })
})
afterAll(() => platform?.stop())

const raw = (text: string) => exchange(platform.port, text)
const headOf = (answer: string) => answer.slice(0, answer.indexOf('\r\n\r\n') + 2)

describe('line breaks in a path', () => {
  it.each([
    '/%0d%0aSet-Cookie:%20evil=1',
    '/o/x%0d%0aSet-Cookie:%20evil=1',
    '/sign-in?next=%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0aevil',
    '/o/%E5%98%8A%E5%98%8DSet-Cookie:%20evil=1',
    '/api/v1/devices/x%0d%0aSet-Cookie:%20evil=1',
    '/api/v1/devices/pump/telemetry?format=csv&keys=%0d%0aSet-Cookie:%20evil=1',
    '/api/docs/%0d%0aSet-Cookie:%20evil=1',
    '/mqtt%0d%0aSet-Cookie:%20evil=1',
  ])('add no header to the answer: %s', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 [2-4]\d\d /)
    expect(headOf(answer)).not.toMatch(/^set-cookie: *evil/im)
    expect(answer.match(/HTTP\/1\.1 \d\d\d /g)).toHaveLength(1)
  })
})

describe('a request that two programs may read as different ones', () => {
  const hidden = 'GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n'
  it.each([
    ['two lengths', `Content-Length: 0\r\nContent-Length: ${hidden.length}`],
    ['a length and chunks', `Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked`],
    ['an unknown encoding', 'Transfer-Encoding: xchunked'],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity'],
    ['a space before the colon', `Content-Length : ${hidden.length}`],
    ['a signed length', 'Content-Length: +0'],
    ['a hexadecimal length', 'Content-Length: 0x0'],
    ['NUL in a field', 'X-A: a\0b'],
    ['CR alone in a field', 'X-A: a\rX-B: b'],
    ['a field without a name', ': x'],
    ['no host', null],
  ])('is refused, and nothing behind it is read: %s', async (_, fields) => {
    const host = fields === null ? '' : `Host: x\r\n${fields}\r\n`
    const answer = await raw(`POST /api/v1/setup HTTP/1.1\r\n${host}\r\n${hidden}`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer.match(/HTTP\/1\.1 \d\d\d /g)).toHaveLength(1)
  })
})

it('a request id of the client is neither logged nor answered', async () => {
  const claimed = 'evil-request-id'
  const answer = await ask(owner, 'GET', '/api/v1/me', undefined, { 'x-request-id': claimed })
  expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/)
  expect(platform.logs()).not.toContain(claimed)
})

describe('a name with characters that steer a terminal or a page', () => {
  it.each([
    ['devices', {}],
    ['api-keys', {}],
    ['applications', {}],
    ['organizations', { slug: 'new' }],
    ['devices/pump/credentials', {}],
  ])('is refused by POST %s', async (call, more) => {
    const post = (name: string) => ask(owner, 'POST', `/api/v1/${call}`, { name, ...more })
    for (const character of ['\r\n', '\0', '\u001b[2J', '\u202e', '\u2066', '\u200f', '\u0085']) {
      const answer = await post(`pump${character}7`)
      expect([escape(character), answer.status, answer.body.code]).toEqual([
        escape(character),
        400,
        'invalid',
      ])
    }
    expect((await post('pump 7')).status).toBe(201)
  })
})

it('a client id and a user name with line breaks fake no line of the log', async () => {
  const fake = '{"level":50,"msg":"fake"}'
  for (const separator of ['\n', '\r\n', '\u2028', '\u001b[2K\r']) {
    const socket = net.connect(platform.mqttPort, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    const name = `x${separator}${fake}${separator}`
    socket.write(packets311.connect({ clientId: name, username: name, password: 'x' }))
    await closed(socket)
  }
  await eventually(() => expect(platform.logs()).toContain('an MQTT connection was refused'))
  const lines = platform.logs().split('\n').filter(Boolean)
  for (const line of lines) expect(JSON.parse(line).msg).not.toBe('fake')
})
