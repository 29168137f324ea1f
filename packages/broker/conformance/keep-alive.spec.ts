import { expect } from 'vitest'
import { conformance } from './support/conformance.js'
import type { Peer } from './support/peer.js'

conformance(
  { mqtt311: ['MQTT-3.1.2-24', 'MQTT-3.1.2-8'], mqtt5: ['MQTT-3.1.2-22', 'MQTT-3.1.2-7', 'MQTT-3.1.2-8'] },
  'a silent client is disconnected and its will published',
  async (bench) => {
    const watcher = await bench.connect()
    await watcher.subscribe(bench.topic, 1)
    const will = { topic: bench.topic, payload: 'silent', qos: 1 }
    const silent = await bench.connect({ keepAliveSeconds: 1, will })
    await silent.expectClosed()
    expect((await watcher.receive()).payload).toBe('silent')
  },
)

conformance(
  { mqtt311: ['MQTT-3.1.2-24', 'MQTT-3.12.4-1'], mqtt5: ['MQTT-3.1.2-22', 'MQTT-3.12.4-1'] },
  'PINGREQ keeps a client connected for longer',
  async (bench) => {
    const active = await bench.connect({ keepAliveSeconds: 2 })
    await whileSilent(await bench.connect({ keepAliveSeconds: 3 }), () => active.ping())
    await active.ping()
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-24', mqtt5: 'MQTT-3.1.2-22' },
  'any other packet keeps a client connected as well',
  async (bench) => {
    const active = await bench.connect({ keepAliveSeconds: 2 })
    await active.subscribe(bench.topic)
    await whileSilent(await bench.connect({ keepAliveSeconds: 3 }), async () => {
      active.send(bench.bytes.publish(bench.topic, 'x'))
      await active.receive()
    })
    await active.ping()
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-24', mqtt5: 'MQTT-3.1.2-22' },
  'what a client receives does not keep it connected',
  async (bench) => {
    const silent = await bench.connect({ keepAliveSeconds: 1 })
    await silent.subscribe(bench.topic)
    const publisher = await bench.connect()
    await whileSilent(silent, () => publisher.publish(bench.topic, 'x'))
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-24', mqtt5: 'MQTT-3.1.2-22' },
  'bytes that complete no packet do not keep a client connected',
  async (bench) => {
    const trickling = await bench.connect({ keepAliveSeconds: 1 })
    const whole = bench.bytes.publish(bench.topic, 'x'.repeat(100))
    let sent = 0
    await whileSilent(trickling, async () => {
      if (sent < 50) trickling.send(whole.subarray(sent, sent + 1))
      sent += 1
    })
  },
)

conformance(
  { mqtt311: 'MQTT-3.1.2-24', mqtt5: 'MQTT-3.1.2-22' },
  'keep alive 0 turns the mechanism off',
  async (bench) => {
    const unlimited = await bench.connect({ keepAliveSeconds: 0 })
    const silent = await bench.connect({ keepAliveSeconds: 1 })
    await silent.expectClosed()
    await unlimited.ping()
  },
)

/** Does something over and over until the broker ends the connection of a silent client. */
async function whileSilent(silent: Peer, act: () => Promise<void>): Promise<void> {
  let over = false
  const closed = silent.closed().finally(() => {
    over = true
  })
  while (!over) {
    await act()
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 200))])
  }
  await closed
}
