import { afterEach, expect, it } from 'vitest'
import type { PublishedMessage } from '../src/interface/types.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { RawClient } from './support/raw-client.js'

let broker: RunningOurs

afterEach(() => broker.stop())

it('passes on the properties of a message before it is decided, and adds user properties behind its own', async () => {
  let decide: (decision: 'drop') => void = () => {}
  let given: PublishedMessage | undefined
  broker = await startOurs({
    hooks: {
      onPublish: (_client, message) => {
        given = message
        message.annotate('time', '2.000')
        return new Promise((resolve) => {
          decide = resolve
        })
      },
    },
  })
  const [newer, older, publisher] = await Promise.all([
    RawClient.connect(broker, { clientId: 'newer', protocolVersion: 5 }),
    RawClient.connect(broker, { clientId: 'older' }),
    RawClient.connect(broker, { clientId: 'publisher', protocolVersion: 5 }),
  ])
  for (const client of [newer, older]) await client.subscribe({ topic: 'a', qos: 1 })
  publisher.send({
    ...({ cmd: 'publish', topic: 'a', payload: 'x', qos: 1, dup: false, retain: false } as const),
    messageId: 1,
    properties: { contentType: 'text', messageExpiryInterval: 60, userProperties: { time: '1.000' } },
  })
  await expect.poll(() => given).toBeDefined()
  const { topic, payload, properties } = given as PublishedMessage
  await broker.broker.publish({ topic, payload, qos: 1, properties, userProperties: [['late', 'yes']] })
  const received = await newer.next('publish')
  expect(received.properties).toEqual({
    contentType: 'text',
    messageExpiryInterval: 60,
    userProperties: { time: ['1.000', '2.000'], late: 'yes' },
  })
  expect((await older.next('publish')).payload.toString()).toBe('x')
  decide('drop')
  expect(await publisher.next('puback')).toMatchObject({ messageId: 1 })
  expect(newer.received.filter(({ cmd }) => cmd === 'publish')).toEqual([])
})

it('rejects properties that are not those of a message', async () => {
  broker = await startOurs()
  const properties = { ...none, userProperties: [] }
  await expect(broker.broker.publish({ topic: 'a', payload: 'x', properties })).rejects.toThrow(TypeError)
})

const none = {
  contentType: undefined,
  responseTopic: undefined,
  correlationData: undefined,
  isText: false,
  expiresAt: null,
}
