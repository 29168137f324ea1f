import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { OtlpReceiver } from '../../support/otlp-receiver.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { registerDevice } from '../mqtt/support.js'

let platform: Platform
let receiver: OtlpReceiver
let administrator: Administrator

beforeAll(async () => {
  receiver = await OtlpReceiver.start()
  platform = await startPlatform({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER: 'always_on',
      NODE_OPTIONS: '--trace-warnings',
    },
  })
  administrator = await createAdministrator(platform)
})

afterAll(async () => {
  await platform?.stop()
  await receiver?.stop()
})

it('no kind of answer has so many listeners that Node suspects a leak', async () => {
  const { id } = await registerDevice(administrator)
  await administrator.send('GET', '/api/v1/devices')
  for (const format of ['csv', 'ndjson', 'json'])
    for (const method of ['GET', 'HEAD'])
      await (await administrator.request(method, `/api/v1/devices/${id}/telemetry?format=${format}`)).text()
  for (const path of ['/', '/sign-in', '/api/docs', '/api/openapi.json', '/metrics', '/readyz', '/nowhere'])
    await (await administrator.request('GET', path)).text()
  expect(platform.logs()).not.toContain('MaxListenersExceededWarning')
})
