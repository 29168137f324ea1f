import mqtt from 'mqtt'
import { afterEach, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, record, registerDevice, watch } from '../mqtt/support.js'
import { OwnPostgres } from '../telemetry/own-postgres.js'

let postgres: OwnPostgres | undefined
let platform: Platform | undefined

afterEach(async () => {
  postgres?.thaw()
  await platform?.stop()
  await postgres?.remove()
})

/** What /metrics says of the store. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${platform?.url}/metrics`)).text()
  return Number(new RegExp(`^heliograph_mqtt_store_${name} (\\S+)$`, 'm').exec(text)?.[1])
}

const event = (message: string) => JSON.stringify({ level: 'info', message })

it('waits for the store exactly when a stored session without a client is to have the message', async () => {
  postgres = await OwnPostgres.start()
  platform = await startPlatform({ env: { DATABASE_URL: postgres.url } })
  const device = await registerDevice(await createAdministrator(platform))
  const { events, reported } = device.credential.topics
  const absent = await connectDevice(platform, device, { clientId: `${device.id}:absent`, clean: false })
  await absent.subscribeAsync(events, { qos: 2 })
  await absent.endAsync()
  const present = await connectDevice(platform, device, { clientId: `${device.id}:present` })
  const seen = await watch(present, events)
  const publisher = await connectDevice(platform, device)
  await publisher.publishAsync(events, event('before'), { qos: 1 })

  postgres.freeze()
  // Nobody absent wants this one, and it comes before the others: they would hold it up.
  await publisher.publishAsync(reported, '{}', { qos: 1 })
  const acknowledged: number[] = []
  const publishing = ([1, 2] as const).map(async (qos) => {
    await publisher.publishAsync(events, event(`QoS ${qos}`), { qos })
    acknowledged.push(qos)
  })
  await eventually(() => expect(seen).toHaveLength(3))
  expect(acknowledged).toEqual([])
  expect(await metric('waiting_changes')).toBeGreaterThan(0)
  expect(await metric('waiting_bytes')).toBeGreaterThan(0)
  const commits = await metric('commit_seconds_count')
  postgres.thaw()
  await Promise.all(publishing)
  await eventually(async () => expect(await metric('waiting_changes')).toBe(0))
  expect(await metric('commit_seconds_count')).toBeGreaterThan(commits)
  expect(await metric('commit_changes_sum')).toBeGreaterThan(await metric('commit_changes_count'))
  const { username, password } = device.credential
  // Not awaited: what waits comes right behind the CONNACK.
  const back = mqtt.connect(platform.mqttTcpUrl, {
    ...{ clientId: `${device.id}:absent`, username, password, clean: false },
  })
  const waited = record(back)
  await eventually(() => expect(waited.map(({ text }) => text)).toEqual(seen.map(({ text }) => text)))
  await back.endAsync()
  await Promise.all([present.endAsync(), publisher.endAsync()])
})
