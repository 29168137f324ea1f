import { MqttAttacker } from '../mqtt-attacker.mjs'

export const title = '2. one device: 40 stored sessions of 10,000 long filters each, then a restart'

const sessions = 40
const filtersPerSession = 10_000
const filtersPerPacket = 500
/** Of the part of each filter that makes it differ from others. */
const commandBytes = 800
const startWithinMs = 60_000

export async function prepare({ attacker }) {
  return { credential: await attacker.accounts.device('hoarder') }
}

export async function attack(target, told) {
  await Promise.all(Array.from({ length: sessions }, (_, session) => hoard(target, told, session)))
}

async function hoard(target, told, session) {
  const { credential, organization } = target
  const client = new MqttAttacker(target, told)
  const clientId = `${credential.clientId}:${session}`
  if ((await client.connect({ ...credential, clientId }, { clean: false })) !== 0) return
  for (let from = 0; from < filtersPerSession && client.isOpen; from += filtersPerPacket) {
    const numbers = Array.from({ length: filtersPerPacket }, (_, index) => from + index)
    await client.subscribe(
      numbers.map((number) => filterOf(`${organization}/devices/hoarder`, session, number)),
    )
  }
}

/** Every second one has many levels, which no channel has. */
function filterOf(base, session, number) {
  const own = `${session}-${number}-`
  return number % 2 === 0
    ? `${base}/commands/${own.padEnd(commandBytes, 'x')}/request`
    : `${base}/commands/${own}${'/a'.repeat(20)}`
}

/** Whatever is stored, the platform starts again. */
export async function afterwards({ platform }) {
  const before = await platform.pool.query('SELECT count(*)::int AS count FROM broker.subscription')
  await platform.stop()
  const startedAt = performance.now()
  const late = new Promise((resolve) => setTimeout(resolve, startWithinMs, 'late').unref())
  const how = await Promise.race([
    platform.start().then(
      () => 'started',
      () => 'failed',
    ),
    late,
  ])
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  const stored = `${before.rows[0].count.toLocaleString('en-US')} subscriptions were stored`
  if (how !== 'started') return { note: `${stored}; it did not start within ${seconds} s`, problem: true }
  return { note: `${stored}; it started again in ${seconds} s` }
}
