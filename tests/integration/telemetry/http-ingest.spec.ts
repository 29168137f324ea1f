import { once } from 'node:events'
import http from 'node:http'
import { json } from 'node:stream/consumers'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from '../mqtt/support.js'

let platform: Platform
let admin: Administrator
let device: TestDevice

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  device = await registerDevice(admin)
})
afterAll(() => platform?.stop())

const t0 = Date.UTC(2026, 0, 1)
const path = ({ id }: TestDevice) => `/api/v1/devices/${id}/telemetry`

function basic({ credential }: TestDevice, password = credential.password): HttpClient {
  const encoded = Buffer.from(`${credential.username}:${password}`).toString('base64')
  return createClient(platform.url, { authorization: `Basic ${encoded}` })
}

const authorization = ({ credential: { username, password } }: TestDevice) => ({
  authorization: `Basic ${btoa(`${username}:${password}`)}`,
})

/** Sends bytes as they are; without a header of its own the request names no content type. */
async function sendBytes(to: TestDevice, body: Buffer, headers: Record<string, string> = {}) {
  const url = new URL(path(to), platform.url)
  const sent = await fetch(url, {
    method: 'POST',
    body: Uint8Array.from(body),
    headers: { ...authorization(to), ...headers },
  })
  const answer = (await sent.json()) as { code?: string; detail?: string; samples?: number }
  return { status: sent.status, acceptEncoding: sent.headers.get('accept-encoding'), ...answer }
}

async function latestOf({ id }: TestDevice, key: string): Promise<unknown> {
  const latest = `/api/v1/devices/${id}/telemetry/latest`
  const { items } = await admin.send<{ items: { key: string; value: unknown }[] }>('GET', latest)
  return items.find((item) => item.key === key)?.value
}

describe('telemetry over HTTP', () => {
  it('is stored when it is answered, and delivered live', async () => {
    const watcher = await connectToken(await requestToken(admin))
    const seen = await watch(watcher, device.credential.topics.telemetry)
    const body = [{ ts: t0, values: { a: 1, b: 'x' } }, { a: 2 }]
    expect(await basic(device).send('POST', path(device), body)).toEqual({ samples: 3 })
    const { items } = await admin.send<{ items: unknown[] }>('GET', path(device))
    expect(items).toMatchObject([
      { key: 'a', ts: t0, value: 1 },
      { key: 'b', ts: t0, value: 'x' },
      { key: 'a', value: 2 },
    ])
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual([body]))
    const shown = await admin.send<{ status: string }>('GET', `/api/v1/devices/${device.id}`)
    expect(shown.status).toBe('online')
    await watcher.endAsync()
  })

  it('takes the device’s own credential and nothing else', async () => {
    const other = await registerDevice(admin)
    const status = async (client: HttpClient) => (await client.request('POST', path(device), { a: 1 })).status
    expect(await status(createClient(platform.url))).toBe(401)
    expect(await status(basic(device, 'hg_dev_wrong'))).toBe(401)
    expect(await status(admin)).toBe(401)
    expect(await status(basic(other))).toBe(403)
    const refused = await createClient(platform.url).request('POST', path(device), { a: 1 })
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic/)
  })

  it('answers what is wrong with a message that can never be stored', async () => {
    const refuse = async (body: unknown) => {
      const response = await basic(device).request('POST', path(device), body)
      return { status: response.status, ...((await response.json()) as { code: string; detail: string }) }
    }
    expect(await refuse({ a: 'x\0' })).toMatchObject({ status: 422, code: 'payload_invalid' })
    expect(await refuse({ ts: Date.now() + 172_800_000, values: { a: 1 } })).toMatchObject({
      status: 422,
      code: 'timestamp_refused',
    })
    expect(await refuse({})).toMatchObject({ status: 422 })
    expect(await refuse({ a: 'x'.repeat(1_100_000) })).toMatchObject({ status: 413 })
  })

  it.each<[string, Record<string, string>]>([
    ['the type of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', { 'content-type': 'text/plain; charset=iso-8859-1' }],
    ['a type that is none', { 'content-type': 'json' }],
    ['no type', {}],
    ['its own encoding', { 'content-encoding': 'identity' }],
  ])('takes JSON with %s', async (_, headers) => {
    expect(await sendBytes(device, Buffer.from('{"a":1}'), headers)).toMatchObject({
      status: 200,
      samples: 1,
    })
  })

  it('takes chunked bodies, with a byte order mark and NULs at the end', async () => {
    const url = new URL(path(device), platform.url)
    const request = http.request(url, {
      method: 'POST',
      headers: { ...authorization(device), 'transfer-encoding': 'chunked' },
    })
    for (const part of ['\ufeff{"chu', 'nked":"°C"}', '\r\n\0\0']) {
      request.write(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    request.end()
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    expect([response.statusCode, await json(response)]).toEqual([200, { samples: 1 }])
    expect(await latestOf(device, 'chunked')).toBe('°C')
  })

  it.each([
    ['gzip', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['Deflate', zlib.deflateRawSync],
  ])('takes a body compressed by %s', async (encoding, compress) => {
    const body = compress(Buffer.from(JSON.stringify({ [`by ${encoding}`]: 'x'.repeat(10_000) })))
    expect(await sendBytes(device, body, { 'content-encoding': encoding })).toMatchObject({ status: 200 })
    expect(await latestOf(device, `by ${encoding}`)).toBe('x'.repeat(10_000))
  })

  it('refuses other encodings, damaged bodies, and those that grow too large, and says why', async () => {
    const [other, damaged, bomb] = await Promise.all([
      sendBytes(device, Buffer.from('{"a":1}'), { 'content-encoding': 'br' }),
      sendBytes(device, zlib.gzipSync('{"a":1}').subarray(0, 15), { 'content-encoding': 'gzip' }),
      sendBytes(device, zlib.gzipSync(Buffer.alloc(300 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
    ])
    expect(other).toMatchObject({
      status: 415,
      code: 'unsupported_encoding',
      acceptEncoding: 'gzip, deflate',
    })
    expect(other.detail).toContain('"br" is not supported; send the body with gzip, deflate or none')
    expect(damaged).toMatchObject({
      status: 400,
      code: 'payload_invalid',
      detail: 'the payload is not valid gzip: unexpected end of file',
    })
    expect(bomb).toMatchObject({ status: 413, code: 'too_large' })
    expect(bomb.detail).toContain('after decompression')
  })

  it('refuses with the code and the reason of MQTT, in the answer, in the notice and in the overview', async () => {
    const strange = await registerDevice(admin)
    const client = await connectDevice(platform, strange)
    const { topics } = strange.credential
    const notices = await watch(client, topics.notices)
    const details = () => notices.map(({ json }) => (json as { detail: string }).detail)
    const bodies: [number, Buffer][] = [
      [400, Buffer.from('{"temp":21.5,}')],
      [400, Buffer.from('{"temp":"\xb0C"}', 'latin1')],
      [400, Buffer.from('')],
      [422, Buffer.from('{"ts":"yesterday","values":{"temp":1}}')],
      [422, Buffer.from('{"temp":1,"__proto__":1e999}')],
    ]
    for (const [status, body] of bodies) {
      const answer = await sendBytes(strange, body)
      expect(answer).toMatchObject({ status, code: 'payload_invalid' })
      await eventually(() => expect(details()).toEqual([answer.detail]))
      await client.publishAsync(topics.telemetry, body, { qos: 1 })
      await eventually(() => expect(details()).toEqual([answer.detail, answer.detail]))
      const { refusals } = await admin.send<{ refusals: { latest: { detail?: string; device?: string }[] } }>(
        'GET',
        '/api/v1/overview',
      )
      expect(JSON.stringify(refusals)).toContain(JSON.stringify(answer.detail).slice(1, -1))
      notices.length = 0
    }
    expect((await sendBytes(strange, Buffer.from('{"temp":21.5,}'))).detail).toBe(
      'the payload is not valid JSON: unexpected "}" at position 13',
    )
    expect((await admin.send<{ items: unknown[] }>('GET', path(strange))).items).toEqual([])
    await client.endAsync()
  })

  it('takes an empty array as a heartbeat, over MQTT too: nothing is stored, and the device was heard', async () => {
    const beating = await registerDevice(admin)
    const heard = async () =>
      (await admin.send<{ lastMessageAt: string | null }>('GET', `/api/v1/devices/${beating.id}`))
        .lastMessageAt
    expect(await basic(beating).send('POST', path(beating), [])).toEqual({ samples: 0 })
    const first = await eventually(async () => {
      const at = await heard()
      expect(at).not.toBeNull()
      return at as string
    })
    const client = await connectDevice(platform, beating)
    await client.publishAsync(beating.credential.topics.telemetry, '[]', { qos: 1 })
    await eventually(async () => expect(Date.parse((await heard()) ?? '')).toBeGreaterThan(Date.parse(first)))
    expect((await admin.send<{ items: unknown[] }>('GET', path(beating))).items).toEqual([])
    await client.endAsync()
  })

  it('stores every key, whatever its name, and gives it back in each format', async () => {
    const odd = await registerDevice(admin)
    const body = Buffer.from(
      `{"ts":${t0},"values":{"__proto__":1,"constructor":{"__proto__":2},"toString":"x"}}`,
    )
    expect(await sendBytes(odd, body)).toMatchObject({ status: 200, samples: 3 })
    const read = (query: string) =>
      admin.request('GET', `${path(odd)}${query}`).then((answer) => answer.text())
    const items = `[{"key":"__proto__","ts":${t0},"value":1},{"key":"constructor","ts":${t0},"value":{"__proto__":2}},{"key":"toString","ts":${t0},"value":"x"}]`
    expect(await read('')).toBe(`{"items":${items},"nextCursor":null}`)
    expect(await read('/latest')).toBe(`{"items":${items}}`)
    expect(await read('?keys=__proto__')).toContain('"value":1')
    expect(await read('?format=ndjson&keys=constructor')).toContain('{"__proto__":2}')
    const csv = await read('?format=csv')
    for (const key of ['__proto__', 'constructor', 'toString']) expect(csv).toContain(`,${key},`)
  })

  it('keeps every digit of an integer, as over MQTT', async () => {
    const counter = await registerDevice(admin)
    const { username, password } = counter.credential
    const sent = await fetch(new URL(path(counter), platform.url), {
      method: 'POST',
      body: `{"ts":${t0},"values":{"counter":9007199254740993}}`,
      headers: {
        authorization: `Basic ${btoa(`${username}:${password}`)}`,
        'content-type': 'application/json',
      },
    })
    expect(sent.status).toBe(200)
    const { items } = await admin.send<{ items: unknown[] }>('GET', path(counter))
    expect(items).toEqual([{ key: 'counter', ts: t0, value: '9007199254740993' }])
  })

  it('is refused once the device is deleted', async () => {
    const gone = await registerDevice(admin)
    await admin.send('DELETE', `/api/v1/devices/${gone.id}`)
    expect((await basic(gone).request('POST', path(gone), { a: 1 })).status).toBe(401)
  })
})
