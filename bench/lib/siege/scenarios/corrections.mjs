import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title =
  '3. 4,000,000 samples in one minute, then other values for some of them; meanwhile 1,000 samples a message into this minute'

const samples = 4_000_000
const spacingUs = 14
const minuteUs = 60_000_000
const samplesPerMessage = 1_000
const correctionEveryMs = 50

/** They are written as a version without bounds took them, with their roll-ups. */
export async function prepare({ platform, attacker }) {
  const credential = await attacker.accounts.device('corrector')
  const beginUs = Math.floor(Date.now() / 3_600_000 - 2) * 3_600_000_000
  const { pool } = platform
  await pool.query('SELECT telemetry.make_partitions($1::bigint, $1::bigint)', [beginUs])
  await pool.query("INSERT INTO telemetry.key (name) VALUES ('load') ON CONFLICT DO NOTHING")
  await pool.query(
    `INSERT INTO telemetry.sample (device_key, key_id, ts, number)
     SELECT d.key, k.id, $1::bigint + i * ${spacingUs}, i % 100 FROM device d, telemetry.key k, generate_series(0, ${samples - 1}) i
     WHERE d.id = 'corrector' AND k.name = 'load'`,
    [beginUs],
  )
  for (const table of ['minute', 'hour'])
    await pool.query(
      `INSERT INTO telemetry.${table} SELECT device_key, key_id, $1::bigint, count(*), sum(number), min(number), max(number),
         0, $1::bigint, ${(samples - 1) % 100}, max(ts), 0, NULL, NULL
       FROM telemetry.sample WHERE ts >= $1::bigint AND ts < $1::bigint + ${minuteUs} GROUP BY 1, 2`,
      [beginUs],
    )
  await pool.query('ANALYZE telemetry.sample')
  await pool.query('CHECKPOINT')
  return { credential, beginUs }
}

export async function attack(target, told) {
  await Promise.all([correct(target, told), crowd(target, told)])
}

async function correct(target, told) {
  const topic = target.credential.topics.telemetry
  for (let number = 1; ; number += 1) {
    const client = await enter(target, told, 'correct')
    while (client.isOpen) {
      const ts = (target.beginUs + number * spacingUs) * 1_000
      number += 1
      void client.publish(topic, Buffer.from(`{"ts":${ts},"values":{"load":${1_000 + number}}}`))
      await client.room()
      await pause(correctionEveryMs)
    }
  }
}

/** As many samples as are acknowledged, all within the same minute. */
async function crowd(target, told) {
  const topic = target.credential.topics.telemetry
  const beginUs = Math.floor(Date.now() / 60_000) * minuteUs
  for (let number = 0; ; ) {
    const client = await enter(target, told, 'crowd')
    while (client.isOpen) {
      const records = Array.from({ length: samplesPerMessage }, () => {
        number += 1
        return `{"ts":${beginUs + number},"values":{"load":${number % 100}}}`
      })
      await client.publish(topic, Buffer.from(`[${records.join(',')}]`))
    }
  }
}

async function enter(target, told, suffix) {
  const client = new MqttAttacker(target, told)
  const { credential } = target
  await client.connect({ ...credential, clientId: `${credential.clientId}:${suffix}` })
  if (client.isOpen) void client.subscribe([credential.topics.notices])
  else await pause(100)
  return client
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export async function afterwards({ platform }) {
  const waiting = await platform.metric('heliograph_ingest_waiting_samples')
  return { note: `${waiting.toLocaleString('en-US')} samples wait for their commit` }
}
