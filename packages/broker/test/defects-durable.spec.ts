import { afterEach, describe, expect, it } from 'vitest'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type Running, type RunningOurs, startOurs, startPlain } from './support/brokers.js'
import { RawClient, within } from './support/raw-client.js'

// Defects of aedes with a store: promises must hold through a restart too.

let broker: Running

afterEach(() => broker.stop())

/** A store whose disk is full from a given moment on. */
class FullStore extends MemoryPersistence {
  full = false

  override async write(changes: Parameters<MemoryPersistence['write']>[0]): Promise<void> {
    if (this.full) throw new Error('no space left on device')
    await super.write(changes)
  }
}

describe('a message for an offline client that the store cannot write (AEDES 8)', () => {
  async function acknowledged(qos: 1 | 2, fill = () => {}): Promise<boolean> {
    const absent = await RawClient.connect(broker, { clientId: 'absent', clean: false })
    await absent.subscribe({ topic: 'x', qos: 2 })
    absent.send({ cmd: 'disconnect' })
    await absent.closed
    const publisher = await RawClient.connect(broker)
    fill()
    publisher.publish('x', '1', qos)
    return within(publisher.next(qos === 1 ? 'puback' : 'pubrec'), 2_000)
  }

  it('is acknowledged by plain aedes', async () => {
    broker = await startPlain('failing-store')
    expect(await acknowledged(1)).toBe(true)
  })

  it.each([1, 2] as const)(
    'is not acknowledged at QoS %i, and its sender is cut off to send it again',
    async (qos) => {
      const persistence = new FullStore()
      const ours = await startOurs({ persistence })
      broker = ours
      const fill = () => {
        persistence.full = true
      }
      expect(await acknowledged(qos, fill)).toBe(false)
      expect(ours.disconnects.at(-1)?.reason).toBe('undecided')
      persistence.full = false
    },
  )
})

describe('QoS and order of messages queued for a stored session (AEDES 13), after a restart', () => {
  const persistence = new MemoryPersistence()
  const stored = { clientId: 'stored', clean: false }

  async function start(): Promise<RunningOurs> {
    const ours = await startOurs({ persistence })
    broker = ours
    return ours
  }

  it('are those that were granted: wildcards, overlapping filters, and all QoS in between', async () => {
    let ours = await start()
    const client = await RawClient.connect(broker, stored)
    await client.subscribe(
      ...[
        { topic: 'at-1/+', qos: 1 as const },
        { topic: 'both/#', qos: 0 as const },
        { topic: 'both/+', qos: 1 as const },
        { topic: 'mixed', qos: 2 as const },
      ],
    )
    client.send({ cmd: 'disconnect' })
    await client.closed
    await ours.broker.publish({ topic: 'at-1/x', payload: 'capped', qos: 2 })
    await ours.broker.publish({ topic: 'both/x', payload: 'once', qos: 2 })
    const mixed = ([2, 1, 1, 2, 1, 2] as const).map((qos, i) => ({ qos, payload: `${i} at ${qos}` }))
    for (const message of mixed) await ours.broker.publish({ topic: 'mixed', ...message })
    await ours.stop()

    ours = await start()
    const back = await RawClient.connect(broker, stored)
    back.acknowledgeAll()
    const wanted = ['capped', 'once', ...mixed.map(({ payload }) => payload)]
    await back.until(() => back.messages().length >= wanted.length, 'all of them')
    const seen = back.received.flatMap((p) => (p.cmd === 'publish' ? [`${p.payload}, QoS ${p.qos}`] : []))
    expect(seen).toEqual([
      'capped, QoS 1',
      'once, QoS 1',
      ...mixed.map(({ qos, payload }) => `${payload}, QoS ${qos}`),
    ])
    await ours.broker.publish({ topic: 'both/y', payload: 'still once', qos: 2 })
    await back.until(() => back.messages('both/y').length > 0, 'a new one')
    expect(back.messages('both/y')).toEqual(['still once'])
  })
})
