import { afterEach, expect, it, vi } from 'vitest'
import type { BrokerLimits } from '../src/interface/limits.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

afterEach(() => broker.stop())

/** The host checks a message on `wrong` for 5 ms, and refuses it. */
async function start(limits: Partial<BrokerLimits> = {}): Promise<void> {
  broker = await startOurs({
    limits,
    hooks: {
      authenticate: ({ clientId }) => {
        const [owner = ''] = clientId.split(':')
        return { ok: true, principal: clientId, sessionId: clientId, owner }
      },
      onPublish: (_client, { topic }) => {
        if (topic !== 'wrong') return 'forward'
        const until = performance.now() + 5
        while (performance.now() < until);
        return 'refuse'
      },
    },
  })
}

const reasons = () => broker.refusals.map(({ stage, reason }) => `${stage} ${reason}`)

async function sendWrongUntilCut(client: RawClient): Promise<void> {
  while (!client.isClosed) {
    if (client.unsentBytes < 100_000) client.flood('wrong', Array(50).fill('x'.repeat(100)))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

it('a client whose messages are refused is read more slowly, and then cut off for a time that grows', async () => {
  await start({ refusedTimeoutMs: 600, minBanMs: 1_000 })
  const client = await RawClient.connect(broker, { clientId: 'pump' })
  const neighbour = await RawClient.connect(broker, { clientId: 'other' })
  await sendWrongUntilCut(client)
  expect(reasons()).toEqual(['publish refused_messages', 'publish refused_messages'])
  expect(broker.refusals[0]?.detail).toMatch(/more than 50 ms of each second: it is read more slowly$/)
  expect(broker.refusals[1]).toMatchObject({ clientId: 'pump', detail: expect.stringMatching(/for 1 s$/) })
  expect(broker.disconnects).toMatchObject([{ reason: 'refused_messages', client: { clientId: 'pump' } }])
  expect(broker.broker.stats()).toMatchObject({ bannedOwners: 1 })
  expect(broker.broker.stats().workMs.refused).toBeGreaterThan(50)

  const again = await RawClient.open(broker)
  again.send({ cmd: 'connect', clientId: 'pump:2', clean: true, keepalive: 0, protocolId: 'MQTT' })
  expect(await again.next('connack')).toMatchObject({ returnCode: 3 })
  expect(broker.refusals.at(-1)).toMatchObject({
    stage: 'connect',
    reason: 'refused_messages',
    clientId: 'pump:2',
    detail: 'it may not connect for 1 s, because what it sent was refused',
  })
  neighbour.publish('right', 'x', 1, 1)
  await neighbour.next('puback')

  await vi.waitFor(() => expect(broker.broker.stats().bannedOwners).toBe(0), { timeout: 20_000 })
  const back = await RawClient.connect(broker, { clientId: 'pump' })
  await sendWrongUntilCut(back)
  expect(broker.refusals.at(-1)?.detail).toMatch(/it may not connect for 2 s$/)
})

it('a client that now and then has a message refused, and many topics denied, loses nothing', async () => {
  await start({ refusedTimeoutMs: 300 })
  const watcher = await RawClient.connect(broker, { clientId: 'watcher' })
  await watcher.subscribe({ topic: 'right', qos: 1 })
  const client = await RawClient.connect(broker, { clientId: 'pump' })
  const rounds = 20
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 14; i++) client.publish(`secret/${i}`, 'x', 1, round * 20 + i + 1)
    if (round % 10 === 0) client.publish('wrong', 'x', 1, round * 20 + 15)
    client.publish('right', `${round}`, 1, round * 20 + 16)
    await watcher.until(() => watcher.messages().includes(`${round}`), 'the good message')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(broker.disconnects).toEqual([])
  expect(reasons().filter((reason) => reason !== 'publish not_authorized')).toEqual([])
})

it('a client has smaller packets when the host says so, from the first behind its CONNECT', async () => {
  broker = await startOurs({
    hooks: {
      authenticate: ({ clientId }) => ({
        ...{ ok: true, principal: clientId, sessionId: clientId },
        ...(clientId === 'device' ? { maxPacketBytes: 1_000 } : {}),
      }),
    },
  })
  const person = await RawClient.connect(broker, { clientId: 'person' })
  person.publish('x', 'x'.repeat(5_000), 1, 1)
  await person.next('puback')
  const device = await RawClient.open(broker)
  device.send(
    { cmd: 'connect', clientId: 'device', clean: true, keepalive: 0, protocolId: 'MQTT' },
    ...[900, 1_100].map((bytes, i) => ({
      ...{ cmd: 'publish' as const, topic: 'x', payload: 'x'.repeat(bytes), qos: 1 as const },
      ...{ messageId: i + 1, retain: false, dup: false },
    })),
  )
  await device.closed
  expect(device.count('puback')).toBe(1)
  expect(broker.refusals).toMatchObject([
    { stage: 'publish', reason: 'too_large', clientId: 'device', detail: 'packet of more than 1000 bytes' },
  ])
})
