import mqtt from 'mqtt'
import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title =
  '4. one device: retained messages of 2 MB on `commands/…/reply`, 140 topics again and again'

const topics = 140
const payloadBytes = 2_000_000
const retainedWithinMs = 10_000

export async function prepare({ attacker, bystander }) {
  return {
    credential: await attacker.accounts.device('keeper'),
    witness: await bystander.accounts.device('witness'),
  }
}

export async function attack(target, told) {
  const { credential, organization } = target
  const payload = Buffer.from(`{"status":"ok","result":"${'x'.repeat(payloadBytes - 40)}"}`)
  const small = Buffer.from('{"status":"ok"}')
  for (;;) {
    const client = new MqttAttacker(target, told)
    await client.connect(credential)
    if (client.isOpen) void client.subscribe([credential.topics.notices])
    for (let number = 0; client.isOpen; number += 1) {
      const topic = `${organization}/devices/keeper/commands/${number % topics}/reply`
      await client.publish(topic, number % 4 === 3 ? small : payload, { retain: true })
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The presence of another organization's device is retained all the same. */
export async function afterwards({ platform, bystander }, { witness }) {
  const { tcp } = await platform.start()
  const url = `mqtt://127.0.0.1:${tcp}`
  const device = await mqtt.connectAsync(url, witness)
  await device.endAsync()
  const token = await bystander.accounts.token()
  const page = await mqtt.connectAsync(url, { ...token, protocolVersion: 4 })
  const offline = new Promise((resolve) => {
    page.on('message', (_topic, payload, { retain }) => {
      const { online } = JSON.parse(payload.toString())
      if (!online) resolve(retain ? 'retained' : 'live')
    })
  })
  const late = new Promise((resolve) => setTimeout(resolve, retainedWithinMs, 'late').unref())
  await new Promise((resolve) => setTimeout(resolve, 500))
  await page.subscribeAsync(`${bystander.organization}/devices/witness/presence`)
  const how = await Promise.race([offline, late])
  await page.endAsync(true)
  if (how === 'late') return { note: 'another’s presence was not retained', problem: true }
  return { note: 'another’s presence was retained' }
}
