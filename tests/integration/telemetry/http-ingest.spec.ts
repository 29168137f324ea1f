import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
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

const path = ({ id }: TestDevice) => `/api/v1/devices/${id}/telemetry`

function basic({ credential }: TestDevice, password = credential.password): HttpClient {
  const encoded = Buffer.from(`${credential.username}:${password}`).toString('base64')
  return createClient(platform.url, { authorization: `Basic ${encoded}` })
}

describe('telemetry over HTTP', () => {
  it('is stored when it is answered, and delivered live', async () => {
    const watcher = await connectToken(await requestToken(admin))
    const seen = await watch(watcher, device.credential.topics.telemetry)
    const body = [{ ts: 1_000, values: { a: 1, b: 'x' } }, { a: 2 }]
    expect(await basic(device).send('POST', path(device), body)).toEqual({ samples: 3 })
    const { items } = await admin.send<{ items: unknown[] }>('GET', path(device))
    expect(items).toMatchObject([
      { key: 'a', ts: 1_000, value: 1 },
      { key: 'b', ts: 1_000, value: 'x' },
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
    expect(await refuse([])).toMatchObject({ status: 422 })
    expect(await refuse({})).toMatchObject({ status: 422 })
    expect(await refuse({ a: 'x'.repeat(1_100_000) })).toMatchObject({ status: 413 })
  })

  it('answers 400 to a body that is not JSON and 415 without a JSON content type', async () => {
    const headers = {
      authorization: `Basic ${btoa(`${device.credential.username}:${device.credential.password}`)}`,
    }
    const send = async (body: string, type: string) => {
      const url = new URL(path(device), platform.url)
      return (await fetch(url, { method: 'POST', body, headers: { ...headers, 'content-type': type } }))
        .status
    }
    expect(await send('{"a":', 'application/json')).toBe(400)
    expect(await send('a=1', 'application/x-www-form-urlencoded')).toBe(415)
    expect(await send('{"a":1}', 'application/json; charset=utf-8')).toBe(200)
  })

  it('keeps every digit of an integer, as over MQTT', async () => {
    const counter = await registerDevice(admin)
    const { username, password } = counter.credential
    const sent = await fetch(new URL(path(counter), platform.url), {
      method: 'POST',
      body: '{"ts":1000,"values":{"counter":9007199254740993}}',
      headers: {
        authorization: `Basic ${btoa(`${username}:${password}`)}`,
        'content-type': 'application/json',
      },
    })
    expect(sent.status).toBe(200)
    const { items } = await admin.send<{ items: unknown[] }>('GET', path(counter))
    expect(items).toEqual([{ key: 'counter', ts: 1_000, value: '9007199254740993' }])
  })

  it('is refused once the device is deleted', async () => {
    const gone = await registerDevice(admin)
    await admin.send('DELETE', `/api/v1/devices/${gone.id}`)
    expect((await basic(gone).request('POST', path(gone), { a: 1 })).status).toBe(401)
  })
})
