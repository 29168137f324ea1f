import mqttPacket from 'mqtt-packet'
import type { Running } from './brokers.js'
import { connectPacket, RawClient, within } from './raw-client.js'

// Each scenario does the same to any broker and reports what happened; the specs state what is expected.

/** AEDES 1: a burst behind a subscribed topic. Reports whether the broker still serves. */
export async function burst(broker: Running): Promise<'serves' | 'crashed'> {
  const subscriber = await RawClient.connect(broker)
  await subscriber.subscribe({ topic: 'a', qos: 0 })
  const publisher = await RawClient.connect(broker)
  const publish = (topic: string) =>
    mqttPacket.generate({ cmd: 'publish', topic, payload: '', qos: 0, dup: false, retain: false })
  publisher.write(Buffer.concat([...Array(100).fill(publish('a')), ...Array(8_000).fill(publish('b'))]))
  publisher.publish('a', 'last', 1)
  const served = await within(
    subscriber.until(() => subscriber.messages('a').includes('last'), 'the last message'),
    10_000,
  )
  return served && !broker.crashed() ? 'serves' : 'crashed'
}

/** AEDES 2: one subscriber stops reading. Reports how many of the messages its neighbour got. */
export async function frozenSubscriber(broker: Running): Promise<{ published: number; received: number }> {
  const published = 4_000
  const frozen = await RawClient.connect(broker)
  await frozen.subscribe({ topic: 'data', qos: 0 })
  const healthy = await RawClient.connect(broker)
  await healthy.subscribe({ topic: 'data', qos: 1 })
  healthy.received.length = 0
  frozen.freeze()
  const publisher = await RawClient.connect(broker)
  let received = 0
  let sent = 0
  const payload = Buffer.alloc(8_192)
  const more = () => {
    // A window of 20 messages, so that the publisher does not flood.
    while (sent < published && sent - received < 20)
      publisher.publish('data', payload, 1, (sent++ % 65_535) + 1)
  }
  more()
  await within(
    healthy.until(
      () => {
        for (const packet of healthy.received.splice(0)) {
          if (packet.cmd !== 'publish') continue
          received++
          healthy.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
        }
        publisher.received.length = 0
        more()
        return received === published
      },
      'all messages',
      15_000,
    ),
    15_000,
  )
  for (const client of [frozen, healthy, publisher]) client.destroy()
  return { published, received }
}

/** AEDES 3: an allowed and a denied filter in one SUBSCRIBE of a stored session. Reports what comes on the denied one. */
export async function mixedFilters(broker: Running): Promise<string[]> {
  const session = { clientId: 'stored', clean: false }
  const first = await RawClient.connect(broker, session)
  const granted = await first.subscribe({ topic: 'open', qos: 1 }, { topic: 'secret', qos: 1 })
  if (granted[1] !== 128) throw new Error('the denied filter was granted')
  first.send({ cmd: 'disconnect' })
  await first.closed
  await publishAs(broker, 'platform-1', 'open', 'for all')
  await publishAllowed(broker, 'secret', 'not for you')
  const again = await RawClient.connect(broker, session)
  await again.until(() => again.messages('open').length > 0, 'the stored message')
  again.publish('open', 'end', 1)
  await again.until(() => again.messages('open').includes('end'), 'the end')
  return again.messages('secret')
}

/** AEDES 5: fast reconnects of one id. Reports how many connections on it are left open. */
export async function fastReconnects(broker: Running): Promise<number> {
  const clients: RawClient[] = []
  for (let round = 0; round < 20; round++) {
    const batch = await Promise.all([0, 1, 2].map(() => RawClient.open(broker)))
    for (const client of batch) {
      client.send(connectPacket({ clientId: 'same', clean: false }))
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 1 }] })
    }
    clients.push(...batch)
    await Promise.race(batch.map((client) => within(client.next('suback'), 2_000)))
  }
  const open = () => clients.filter((client) => !client.isClosed).length
  const settled = clients.map((client) => client.closed.then(() => open() <= 1 || new Promise(() => {})))
  await within(Promise.race(settled), 3_000)
  return open()
}

/** AEDES 9: reports what a plain client reads under `$SYS`. */
export async function readSys(broker: Running): Promise<{ granted: unknown; topics: string[] }> {
  const spy = await RawClient.connect(broker)
  const granted = (await spy.subscribe({ topic: '$SYS/#', qos: 0 }, { topic: 'news', qos: 0 }))[0]
  const victim = await RawClient.connect(broker, { clientId: 'victim' })
  await victim.subscribe({ topic: 'private/filter', qos: 0 })
  await publishAs(broker, 'other', 'news', 'end')
  await spy.until(() => spy.messages('news').length > 0, 'the end')
  const topics = spy.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []))
  return { granted, topics: topics.filter((topic) => topic.startsWith('$SYS')) }
}

/** Publishes at QoS 1 and waits for the PUBACK. */
export async function publishAs(
  broker: Running,
  clientId: string,
  topic: string,
  payload: string,
): Promise<void> {
  const client = await RawClient.connect(broker, { clientId })
  client.publish(topic, payload, 1)
  await client.next('puback')
  client.destroy()
}

// The tests' rule allows clients whose id begins with `platform` to publish.
async function publishAllowed(broker: Running, topic: string, payload: string): Promise<void> {
  await publishAs(broker, 'platform-2', topic, payload)
}

/** Whether a client's PINGREQ is answered in time. */
export async function answersPing(client: RawClient, limitMs = 3_000): Promise<boolean> {
  client.send({ cmd: 'pingreq' })
  return within(client.next('pingresp'), limitMs)
}
