import { afterEach, describe, expect, it } from 'vitest'
import { type Running, startOurs, startPlain } from './support/brokers.js'
import { burst, fastReconnects, frozenSubscriber, mixedFilters, readSys } from './support/scenarios.js'

let broker: Running

afterEach(() => broker.stop())

describe('a burst behind a subscribed topic (AEDES 1)', () => {
  it('kills plain aedes', async () => {
    broker = await startPlain()
    expect(await burst(broker)).toBe('crashed')
  })

  it('is served', async () => {
    broker = await startOurs()
    expect(await burst(broker)).toBe('serves')
  })
})

describe('a frozen subscriber (AEDES 2)', () => {
  it('stalls other clients on plain aedes', async () => {
    broker = await startPlain()
    const { published, received } = await frozenSubscriber(broker)
    expect(received).toBeLessThan(published)
  })

  it('does not delay other clients', async () => {
    broker = await startOurs()
    const { published, received } = await frozenSubscriber(broker)
    expect(received).toBe(published)
  })
})

describe('a denied filter beside an allowed one in a stored session (AEDES 3)', () => {
  it('is delivered by plain aedes', async () => {
    broker = await startPlain()
    expect(await mixedFilters(broker)).toEqual(['not for you'])
  })

  it('is not delivered', async () => {
    broker = await startOurs()
    expect(await mixedFilters(broker)).toEqual([])
  })
})

describe('fast reconnects of one client id (AEDES 5)', () => {
  it('leave several connections on plain aedes', async () => {
    broker = await startPlain('slow-store')
    expect(await fastReconnects(broker)).toBeGreaterThan(1)
  })

  it('leave one', async () => {
    broker = await startOurs()
    expect(await fastReconnects(broker)).toBe(1)
  })

  it('leave one when the hook that authenticates is slow', async () => {
    broker = await startOurs({
      hooks: {
        authenticate: async ({ clientId }) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 4))
          return { ok: true, principal: clientId, sessionId: clientId }
        },
      },
    })
    expect(await fastReconnects(broker)).toBe(1)
  })
})

describe('$SYS (AEDES 9)', () => {
  it('leaks on plain aedes', async () => {
    broker = await startPlain()
    const { granted, topics } = await readSys(broker)
    expect(granted).toBe(0)
    expect(topics.length).toBeGreaterThan(0)
  })

  it('cannot be read by clients', async () => {
    broker = await startOurs()
    expect(await readSys(broker)).toEqual({ granted: 128, topics: [] })
  })
})
