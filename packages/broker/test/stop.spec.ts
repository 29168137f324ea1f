import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import { expect, it } from 'vitest'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient } from './support/raw-client.js'

const clients = 5_000
const storedOfThem = 1_000
const persistence = new MemoryPersistence()
const limits = {
  maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
  maxConnectsPerSecondPerAddress: Number.POSITIVE_INFINITY,
}

/** One client with a will; the first of them have stored sessions with a subscription. */
async function open({ tcpPort }: RunningOurs, index: number): Promise<Socket> {
  const stored = index < storedOfThem
  const socket = connect({ port: tcpPort, host: '127.0.0.1' })
  socket.on('error', () => {})
  const will = { topic: 'wills', payload: Buffer.from('gone'), qos: 1 as const, retain: true }
  socket.write(mqttPacket.generate(connectPacket({ clientId: `c-${index}`, clean: !stored, will })))
  if (stored) {
    const subscriptions = [{ topic: `of/${index}`, qos: 1 as const }]
    socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
  }
  const wanted = stored ? 9 : 4
  let bytes = 0
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk) => {
      bytes += chunk.length
      if (bytes >= wanted) resolve()
    })
    socket.once('close', () => reject(new Error(`client ${index} was cut off`)))
  })
  return socket
}

it('stops with 5,000 clients: all are told and closed, no will is sent, stored sessions are kept', async () => {
  const broker = await startOurs({ persistence, limits })
  const sockets: Socket[] = []
  for (let from = 0; from < clients; from += 250) {
    const some = Array.from({ length: 250 }, (_, i) => open(broker, from + i))
    sockets.push(...(await Promise.all(some)))
  }
  expect(broker.broker.stats()).toMatchObject({ connections: clients, sessions: clients })
  // The stop does not wait for a client that does not close.
  const frozen = await RawClient.connect(broker)
  frozen.freeze()
  let left = sockets.length
  const closed = new Promise<void>((resolve) => {
    for (const socket of sockets)
      socket.once('close', () => {
        if (--left === 0) resolve()
      })
  })

  await broker.stop()
  await closed
  expect(broker.disconnects.length).toBe(clients + 1)
  expect(new Set(broker.disconnects.map(({ reason }) => reason))).toEqual(new Set(['server_stopping']))
  expect(broker.broker.stats()).toMatchObject({ connections: 0, messagesOut: 0, retained: 0 })
  frozen.destroy()

  const again = await startOurs({ persistence, limits })
  expect(again.broker.stats()).toMatchObject({
    sessions: storedOfThem,
    subscriptions: storedOfThem,
    retained: 0,
  })
  await again.stop()
})

it('has stopped only when every socket is closed', async () => {
  const broker = await startOurs()
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    broker.broker.handleTcp(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: tcpPort } = server.address() as AddressInfo
  const clients = await Promise.all([0, 1, 2].map(() => RawClient.connect({ tcpPort, wsPort: 0 })))
  clients[0]?.freeze()
  expect(open.size).toBe(3)
  await broker.broker.close()
  expect(open.size).toBe(0)
  server.close()
  for (const client of clients) client.destroy()
  await broker.stop()
})
