import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Endpoint, RawClient } from './support/raw-client.js'

const program = fileURLToPath(new URL('./support/durable-broker.mjs', import.meta.url))

let directory: string
let child: ChildProcess
let broker: Endpoint

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'broker-kill-'))
  await start()
})

afterEach(async () => {
  await kill()
  rmSync(directory, { recursive: true })
})

async function start(): Promise<void> {
  child = fork(program, [join(directory, 'log')])
  const [port] = await once(child, 'message')
  broker = { tcpPort: port as number, wsPort: 0 }
}

async function kill(): Promise<void> {
  const exit = once(child, 'exit')
  if (child.kill('SIGKILL')) await exit
}

const stored = (clientId: string) => ({ clientId, clean: false })

it.each([1, 2] as const)(
  'what was acknowledged at QoS %i survives kill -9: missing 0, doubled 0 at QoS 2',
  async (qos) => {
    const absent = await RawClient.connect(broker, stored('absent'))
    await absent.subscribe({ topic: 'm', qos })
    absent.send({ cmd: 'disconnect' })
    await absent.closed
    const total = 900
    const acknowledged = new Set<number>()
    let publisher = await RawClient.connect(broker, stored('publisher'))
    for (let i = 1; i <= total; i++) publisher.publish('m', String(i), qos, i)
    await publisher.until(() => publisher.received.length > 100, 'some answers')
    await kill()
    await publisher.closed
    note(publisher, acknowledged)
    expect(acknowledged.size).toBeGreaterThan(100)
    await start()
    // As every client does, it sends unacknowledged messages again; at QoS 2 in the same session, with DUP.
    publisher = await RawClient.connect(broker, stored('publisher'))
    for (let i = 1; i <= total; i++) {
      if (acknowledged.has(i)) continue
      publisher.send({
        cmd: 'publish',
        topic: 'm',
        payload: String(i),
        qos,
        messageId: i,
        dup: true,
        retain: false,
      })
    }
    await publisher.until(() => {
      note(publisher, acknowledged)
      return acknowledged.size === total
    }, 'all answers')
    await kill()
    await start()
    const back = await RawClient.connect(broker, stored('absent'))
    back.acknowledgeAll()
    for (const packet of back.received) {
      if (packet.cmd !== 'publish') continue
      back.send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId: packet.messageId ?? 0 })
    }
    await back.until(() => new Set(back.messages()).size === total, 'every message', 20_000)
    const seen = back.messages()
    if (qos === 2) expect(seen).toHaveLength(total)
    expect([...new Set(seen)].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: total }, (_, i) => String(i + 1)),
    )
  },
)

it('session expiry, subscription options and delayed wills survive kill -9', async () => {
  const five = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 100 } } as const
  const will = { topic: 'gone', payload: Buffer.from(''), qos: 1 as const, retain: false }
  const leave = async (clientId: string, willDelayInterval: number) => {
    const payload = Buffer.from(clientId)
    const delayed = { ...will, payload, properties: { willDelayInterval, contentType: 'x' } }
    return RawClient.connect(broker, { ...five, clientId, will: delayed })
  }
  const watcher = await RawClient.connect(broker, { ...five, clientId: 'watcher' })
  const options = { topic: 'gone', qos: 1 as const, nl: true, rap: true }
  const properties = { subscriptionIdentifier: 7 }
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [options], properties })
  await watcher.next('suback')
  const brief = { ...five, clientId: 'brief', properties: { sessionExpiryInterval: 0 } }
  await (await RawClient.connect(broker, brief)).subscribe({ topic: 'gone', qos: 1 })
  const lost = await leave('lost', 3)
  lost.destroy()
  await leave('connected', 3)
  await leave('back', 3)
  // A stored SUBACK says that all before it is durable.
  await watcher.subscribe({ topic: 'other', qos: 0 })
  await kill()
  await start()
  await RawClient.connect(broker, { ...five, clientId: 'back' })
  const again = await RawClient.open(broker)
  again.send({ cmd: 'connect', protocolId: 'MQTT', keepalive: 0, ...five, clientId: 'watcher' })
  expect(await again.next('connack')).toMatchObject({ sessionPresent: true })
  await again.until(() => again.messages().length === 2, 'both wills')
  expect(again.messages().sort()).toEqual(['connected', 'lost'])
  expect(again.received).toMatchObject([
    { properties: { subscriptionIdentifier: 7, contentType: 'x' } },
    { properties: { subscriptionIdentifier: 7, contentType: 'x' } },
  ])
  const other = await RawClient.open(broker)
  other.send({ cmd: 'connect', protocolId: 'MQTT', keepalive: 0, ...brief })
  expect(await other.next('connack')).toMatchObject({ sessionPresent: false })
})

function note(publisher: RawClient, acknowledged: Set<number>): void {
  for (const packet of publisher.received.splice(0)) {
    if (packet.cmd === 'puback' || packet.cmd === 'pubrec') acknowledged.add(packet.messageId ?? 0)
  }
}
