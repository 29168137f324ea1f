import { setTimeout as sleep } from 'node:timers/promises'
import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title = '9. one device: messages of 418 samples, each of another week'

const weeks = 418
const weekMs = 604_800_000
const everyMs = 100
/** A table for each week and then some would be as many as the attacker asks for. */
const mostNewTables = 60

export async function prepare({ platform, attacker }) {
  return { credential: await attacker.accounts.device('historian'), tables: await countTables(platform) }
}

export async function attack(target, told) {
  const topic = target.credential.topics.telemetry
  for (let round = 0; ; ) {
    const client = new MqttAttacker(target, told)
    await client.connect(target.credential)
    if (client.isOpen) void client.subscribe([target.credential.topics.notices])
    while (client.isOpen) {
      round += 1
      const now = Date.now()
      const records = Array.from(
        { length: weeks },
        (_, week) => `{"ts":${now - week * weekMs},"values":{"load":${round}}}`,
      )
      void client.publish(topic, Buffer.from(`[${records.join(',')}]`))
      await client.room()
      await sleep(everyMs)
    }
    await sleep(everyMs)
  }
}

export async function afterwards({ platform }, { tables }) {
  const made = (await countTables(platform)) - tables
  return { note: `${made} tables were made`, problem: made > mostNewTables }
}

async function countTables({ pool }) {
  const { rows } = await pool.query(
    "SELECT count(*)::int AS count FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND nspname = 'telemetry'",
  )
  return rows[0].count
}
