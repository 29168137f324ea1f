import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

const told = () => broker.refusals.reduce((sum, { count = 1 }) => sum + count, 0)

it('denied topics of a firmware cost a device no telemetry, at any connect', async () => {
  const watcher = await RawClient.connect(broker)
  await watcher.subscribe({ topic: 'telemetry', qos: 1 })
  for (let connect = 1; connect <= 3; connect++) {
    const device = await RawClient.connect(broker, { clientId: 'device' })
    for (let i = 1; i <= 14; i++) device.publish(`secret/discovery/${i}`, 'x', 1, i)
    device.publish('telemetry', `sample ${connect}`, 1, 15)
    await device.until(() => device.count('puback') === 15, 'every acknowledgement')
    await watcher.until(() => watcher.messages().includes(`sample ${connect}`), 'the sample')
    device.send({ cmd: 'disconnect' })
    await device.closed
  }
  expect(broker.disconnects.map(({ reason }) => reason)).toEqual(['client', 'client', 'client'])
  expect(broker.refusals).toHaveLength(3 * 14)
  expect(broker.refusals[0]).toMatchObject({
    stage: 'publish',
    reason: 'not_authorized',
    topic: 'secret/discovery/1',
    clientId: 'device',
  })
  expect(broker.broker.stats()).toMatchObject({
    dropped: { refused: 42 },
    refusals: { not_authorized: 42 },
  })
})

it('a flood on one denied topic is acknowledged and counted, told in a few events, and ends nothing', async () => {
  const device = await RawClient.connect(broker)
  const denied = 5_000
  device.flood('secret/same', Array(denied).fill('x'))
  device.publish('open', 'x', 1, 60_000)
  await device.until(() => device.count('puback') === denied + 1, 'every acknowledgement')
  await vi.waitFor(() => expect(told()).toBe(denied), 20_000)
  expect(broker.refusals.length).toBeLessThan(denied / 100)
  expect(broker.broker.stats().refusals).toEqual({ not_authorized: denied })
  expect(broker.disconnects).toEqual([])
})

it('a flood over many denied topics is told in a few events as well', async () => {
  const device = await RawClient.connect(broker)
  const denied = 5_000
  for (let i = 1; i <= denied; i++) device.publish(`secret/${i}`, 'x', 1, i)
  await device.until(() => device.count('puback') === denied, 'every acknowledgement')
  await vi.waitFor(() => expect(told()).toBe(denied), 20_000)
  expect(broker.refusals.length).toBeLessThan(denied / 10)
  expect(broker.refusals.at(-1)).toMatchObject({ detail: 'on this topic and others' })
  expect(broker.disconnects).toEqual([])
})

it('tells the rest of a group when the connection ends', async () => {
  const device = await RawClient.connect(broker)
  for (let i = 1; i <= 10; i++) device.publish('secret/same', 'x', 1, i)
  await device.until(() => device.count('puback') === 10, 'every acknowledgement')
  device.destroy()
  await vi.waitFor(() => expect(broker.disconnects).toHaveLength(1))
  expect(told()).toBe(10)
})
