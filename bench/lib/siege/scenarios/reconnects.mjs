import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title = 'one device that connects and disconnects, 20 at once under the same client id'

const atOnce = 20

export async function prepare({ attacker }) {
  return { credential: await attacker.accounts.device('flapper') }
}

export async function attack(target, told) {
  await Promise.all(Array.from({ length: atOnce }, () => flap(target, told)))
}

async function flap(target, told) {
  for (;;) {
    const client = new MqttAttacker(target, told)
    const code = await client.connect(target.credential)
    client.end()
    await client.closed
    // Whoever is refused at once would only measure this process.
    if (code !== 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export async function afterwards({ platform }) {
  const { rows } = await platform.pool.query('SELECT count(*)::int AS count FROM presence_change')
  return { note: `${rows[0].count.toLocaleString('en-US')} rows of presence` }
}
