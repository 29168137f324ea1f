import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title =
  '7. one device: objects of 200,000 keys and a million nested arrays, 7 MB/s; the same in packets of 250 kB'

const bytesPerSecond = 7_000_000
const largeBytes = 2_000_000
const smallBytes = 250_000

export async function prepare({ attacker }) {
  return { credential: await attacker.accounts.device('wrangler') }
}

export async function attack(target, told) {
  const payloads = [keys(largeBytes), nested(largeBytes), keys(smallBytes), nested(smallBytes)]
  const topic = target.credential.topics.telemetry
  let sent = 0
  const startedAt = performance.now()
  for (let number = 0; ; ) {
    const client = new MqttAttacker(target, told)
    await client.connect(target.credential)
    if (client.isOpen) void client.subscribe([target.credential.topics.notices])
    else await pause(50)
    while (client.isOpen) {
      const payload = payloads[number % payloads.length]
      number += 1
      sent += payload.length
      void client.publish(topic, payload)
      await client.room()
      await pause(Math.max(1, startedAt + (sent / bytesPerSecond) * 1_000 - performance.now()))
    }
  }
}

/** `{"k0":1,"k1":1,…}` */
function keys(bytes) {
  const parts = Array.from({ length: bytes / 10 }, (_, index) => `"${index.toString(36).padStart(5, 'k')}":1`)
  return Buffer.from(`{${parts.join(',')}}`)
}

function nested(bytes) {
  return Buffer.from('['.repeat(bytes / 2) + ']'.repeat(bytes / 2))
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
