import { spawn } from 'node:child_process'
import { noticeReasonCodes } from '@heliograph/protocol'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, registerDevice, watch } from './support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform({ env: { LIMITS: 'corrections.samplesPerMinute=100' } })
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

interface Acknowledgement {
  code: number
  reasonString?: string | undefined
}

/** Publishes, and returns what the acknowledgement says. */
function publish(client: MqttClient, topic: string, payload: string, qos: 1 | 2): Promise<Acknowledgement> {
  return new Promise((resolve) => {
    client.publish(topic, payload, { qos }, (error, packet) => {
      const { code = 0 } = (error ?? {}) as { code?: number }
      const properties = (packet as { properties?: { reasonString?: string } } | undefined)?.properties
      resolve({ code, reasonString: properties?.reasonString })
    })
  })
}

const records = (count: number) => JSON.stringify(Array.from({ length: count }, (_, a) => ({ a })))

describe('an acknowledgement of MQTT 5', () => {
  it.each([1, 2] as const)(
    'of QoS %d says with the words of the notice why a message is refused',
    async (qos) => {
      const device = await registerDevice(admin)
      const client = await connectDevice(platform, device, { protocolVersion: 5 })
      const { telemetry, events, notices: noticesTopic } = device.credential.topics
      const notices = await watch(client, noticesTopic)
      const send = (topic: string, payload: string) => publish(client, topic, payload, qos)
      expect(await send(telemetry, '{"temperature":21.5}')).toEqual({ code: 0, reasonString: undefined })
      const refused = [
        await send(telemetry, '{"temperature":"21.5'),
        await send(telemetry, `{"ts":${Date.now() + 3 * 86_400_000},"values":{"a":1}}`),
        await send(events, '{"level":"loud","message":"x"}'),
        await send(telemetry, records(100)),
        await send(telemetry, '{"a":1}'),
      ]
      expect(refused.map(({ code }) => code)).toEqual([0x99, 0x99, 0x99, 0, 0x97])
      await eventually(() => expect(notices).toHaveLength(4))
      const told = notices.map(({ json }) => json as { code: keyof typeof noticeReasonCodes; detail: string })
      expect(refused.filter(({ code }) => code !== 0)).toEqual(
        told.map(({ code, detail }) => ({
          code: noticeReasonCodes[code],
          reasonString: `${code.replaceAll('_', ' ')}: ${detail}`,
        })),
      )
      expect(await send('other/topic', '{}')).toMatchObject({ code: 0x87 })
      await client.endAsync()
    },
  )

  it('of MQTT 3.1.1 says nothing, and the notice says why', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const notices = await watch(client, device.credential.topics.notices)
    await client.publishAsync(device.credential.topics.telemetry, '{"temperature":"21.5', { qos: 1 })
    await eventually(() => expect(notices).toMatchObject([{ json: { code: 'payload_invalid' } }]))
    await client.endAsync()
  })

  it('is what mosquitto_pub prints', async ({ skip }) => {
    const device = await registerDevice(admin)
    const { clientId, username, password, topics } = device.credential
    const options = ['-V', 'mqttv5', '-q', '1', '-p', String(platform.mqttPort), '-i', clientId]
    const message = [
      '-u',
      username,
      '-P',
      password,
      '-t',
      topics.telemetry,
      '-m',
      '{"ts":"soon","values":{"a":1}}',
    ]
    const output = await new Promise<string | null>((resolve) => {
      const child = spawn('mosquitto_pub', [...options, ...message])
      let text = ''
      child.stderr.on('data', (chunk) => {
        text += chunk
      })
      child.on('error', () => resolve(null)).on('close', () => resolve(text))
    })
    if (output === null) return skip('mosquitto_pub is not installed')
    expect(output).toMatch(
      /^Warning: Publish 1 failed: Payload format invalid\.\npayload invalid: ts must be /,
    )
  })
})
