import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RefusedError } from '../connection/errors.js'
import type { TokenRequest } from './person.js'
import { TokenKeeper } from './token-keeper.js'

const lifeMs = 300_000
/** How long the keeper waits for further filters. */
const gatherMs = 20

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A keeper of filters that a test changes. `answers` are used in turn: an error, or the expiry of the token. */
function start({ filters = [] as string[], answers = [] as (Error | string)[] } = {}) {
  const requests: TokenRequest[] = []
  const keeper = new TokenKeeper({
    filters: () => [...filters],
    fetchToken: async (request) => {
      requests.push(request)
      const answer = answers.shift() ?? new Date(Date.now() + lifeMs).toISOString()
      if (answer instanceof Error) throw answer
      const clientId = request.clientId ?? `tab-${requests.length}`
      return { url: 'ws://x', clientId, username: 'token', password: 'secret', expiresAt: answer }
    },
  })
  return { keeper, requests, filters }
}

async function live(options: Parameters<typeof start>[0] = {}) {
  const started = start(options)
  const begun = started.keeper.begin()
  await vi.advanceTimersByTimeAsync(gatherMs)
  await begun
  started.keeper.start()
  return started
}

describe('TokenKeeper', () => {
  it('fetches one token for all filters that come at the same time', async () => {
    const { keeper, requests, filters } = start({ filters: ['a'] })
    const begun = keeper.begin()
    filters.push('b')
    await vi.advanceTimersByTimeAsync(gatherMs)
    expect(await begun).toMatchObject({ clientId: 'tab-1', password: 'secret' })
    expect(requests).toEqual([{ subscribe: ['a', 'b'] }])
  })

  it('renews the token after 70 % of its life, again and again', async () => {
    const { requests } = await live({ filters: ['a'] })
    await vi.advanceTimersByTimeAsync(0.7 * lifeMs - 1)
    expect(requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(requests[1]).toEqual({ clientId: 'tab-1', subscribe: ['a'] })
    await vi.advanceTimersByTimeAsync(0.7 * lifeMs)
    expect(requests).toHaveLength(3)
  })

  it.each(['', 'tomorrow', '2001-01-01T00:00:00Z'])(
    'waits 5 s when the token ends at %j',
    async (expiresAt) => {
      const { requests } = await live({ answers: [expiresAt] })
      await vi.advanceTimersByTimeAsync(4_999)
      expect(requests).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(requests).toHaveLength(2)
    },
  )

  it('repeats a failed renewal with growing delays', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const soon = new Date(Date.now() + gatherMs + 10_000).toISOString()
    const away = new Error('503')
    const { requests } = await live({ answers: [soon, away, away, away] })
    await vi.advanceTimersByTimeAsync(0.7 * 10_000)
    expect(requests).toHaveLength(2)
    for (const [index, delayMs] of [1_500, 2_500, 4_500].entries()) {
      await vi.advanceTimersByTimeAsync(delayMs - 1)
      expect(requests).toHaveLength(index + 2)
      await vi.advanceTimersByTimeAsync(1)
      expect(requests).toHaveLength(index + 3)
    }
  })

  it('renews nothing after the platform refused a token for good', async () => {
    const { requests } = await live({
      answers: [new Date(Date.now() + lifeMs).toISOString(), new RefusedError('out')],
    })
    await vi.advanceTimersByTimeAsync(10 * lifeMs)
    expect(requests).toHaveLength(2)
  })

  it('renews nothing while the connection is gone', async () => {
    const { keeper, requests } = await live()
    keeper.stop()
    await vi.advanceTimersByTimeAsync(lifeMs)
    expect(requests).toHaveLength(1)
  })

  it('widens the token once for several new filters, and not for known ones', async () => {
    const { keeper, requests, filters } = await live({ filters: ['a'] })
    await keeper.widen()
    expect(requests).toHaveLength(1)
    filters.push('b')
    const first = keeper.widen()
    filters.push('c')
    const widened = Promise.all([first, keeper.widen()])
    await vi.advanceTimersByTimeAsync(gatherMs)
    await widened
    expect(requests.slice(1)).toEqual([{ clientId: 'tab-1', subscribe: ['a', 'b', 'c'] }])
  })

  it('widens again for a filter that came during the request', async () => {
    const { keeper, requests, filters } = await live()
    filters.push('a')
    const widened = keeper.widen()
    await vi.advanceTimersByTimeAsync(gatherMs)
    await widened
    filters.push('b')
    const again = keeper.widen()
    await vi.advanceTimersByTimeAsync(gatherMs)
    await again
    expect(requests.map(({ subscribe }) => subscribe)).toEqual([[], ['a'], ['a', 'b']])
  })

  it.each([
    ['the connection is gone', (keeper: TokenKeeper) => keeper.stop(), []],
    ['the platform refuses', () => {}, [new RefusedError('out')]],
  ])('ends widening when %s', async (_when, end, failures) => {
    const first = new Date(Date.now() + lifeMs).toISOString()
    const { keeper, requests, filters } = await live({ answers: [first, ...failures] })
    filters.push('a')
    const widened = keeper.widen()
    end(keeper)
    await vi.advanceTimersByTimeAsync(gatherMs)
    await widened
    expect(requests).toHaveLength(1 + failures.length)
  })

  it('keeps trying to widen while the platform is away', async () => {
    const first = new Date(Date.now() + lifeMs).toISOString()
    const { keeper, requests, filters } = await live({ answers: [first, new Error('503'), new Error('503')] })
    filters.push('a')
    const widened = keeper.widen()
    await vi.advanceTimersByTimeAsync(20_000)
    await widened
    expect(requests).toHaveLength(4)
  })
})
