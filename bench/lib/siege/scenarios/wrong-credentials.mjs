import { randomBytes } from 'node:crypto'
import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title =
  '11. 50 CONNECTs at once with wrong credentials, each of another user name, and a device behind the same address'

const atOnce = 50
const rightEveryMs = 500

export async function prepare({ attacker }) {
  return { credential: await attacker.accounts.device('neighbour') }
}

export async function attack(target, told) {
  void connectWell(target, told)
  await Promise.all(Array.from({ length: atOnce }, () => guess(target, told)))
}

async function guess(target, told) {
  for (;;) {
    const client = new MqttAttacker(target, told)
    const name = randomBytes(12).toString('hex')
    await client.connect({ clientId: name, username: name, password: name })
    client.end()
    await client.closed
  }
}

/** The neighbour has the right credential, and is let in every time. */
async function connectWell(target, told) {
  const { credential } = target
  for (let number = 0; ; number += 1) {
    const client = new MqttAttacker(target, { count() {} })
    const code = await client.connect({ ...credential, clientId: `${credential.clientId}:${number}` })
    told.count(code === 0 ? 'the neighbour was let in' : 'the neighbour was refused')
    client.end()
    await new Promise((resolve) => setTimeout(resolve, rightEveryMs))
  }
}
