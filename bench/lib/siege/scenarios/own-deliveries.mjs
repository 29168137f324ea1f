import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title =
  '12. one device with 200 subscriptions to its own telemetry, which it publishes as fast as it may'

const subscribers = 200
const inFlight = 200

export async function prepare({ attacker }) {
  return { credential: await attacker.accounts.device('echo') }
}

export async function attack(target, told) {
  for (let number = 0; number < subscribers; number += 1) {
    const client = await enter(target, told, `ear-${number}`)
    if (client.isOpen) await client.subscribe([target.credential.topics.telemetry])
  }
  await Promise.all(Array.from({ length: inFlight }, (_, number) => publish(target, told, number)))
}

let publisher

async function publish(target, told, number) {
  for (let count = number; ; count += inFlight) {
    publisher ??= enter(target, told, 'mouth')
    const client = await publisher
    if (client.isOpen)
      await client.publish(target.credential.topics.telemetry, Buffer.from(`{"count":${count}}`))
    else {
      publisher = undefined
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function enter(target, told, suffix) {
  const client = new MqttAttacker(target, told, { acknowledges: true })
  const { credential } = target
  const code = await client.connect({ ...credential, clientId: `${credential.clientId}:${suffix}` })
  if (code === 0) return client
  // Connects of one device a second are bounded.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return enter(target, told, suffix)
}
