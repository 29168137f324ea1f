import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { busyError } from './busy-error.js'
import { ConcurrencyLimiter, type RunningLimits, type WaitingLimits } from './concurrency-limiter.js'

const limits: RunningLimits & WaitingLimits = {
  perCaller: 2,
  perOrganization: 3,
  inAll: 4,
  waitingPerCaller: 10,
  waitingPerOrganization: 12,
  waitingInAll: 14,
  waitMs: 10_000,
}

/** Work that ends when it is told to. `begun` has the names of what has begun, `refused` why others were refused. */
function workshop(changed: Partial<RunningLimits & WaitingLimits> = {}) {
  const held = { ...limits, ...changed }
  const limiter = new ConcurrencyLimiter({
    limits: held,
    refusal: (busy) => Object.assign(busyError('requests', held, busy), busy),
  })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  /** A name is `organization.caller.number`. */
  const ask = (name: string, signal?: AbortSignal): Promise<void> => {
    const [organization = '', caller = ''] = name.split('.')
    return limiter.take({ organization, caller }, signal).then((release) => {
      begun.push(name)
      ends.set(name, release)
    })
  }
  const settle = () => vi.advanceTimersByTimeAsync(0)
  const end = async (...names: string[]) => {
    for (const name of names) ends.get(name)?.()
    await settle()
  }
  return { limiter, begun, ask, end, settle }
}

const many = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}.${n}`)

describe('ConcurrencyLimiter', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('limits a caller, an organization and all, and lets the others run beside them', async () => {
    const { begun, ask, settle, limiter } = workshop()
    for (const name of [...many('a.x', 3), ...many('a.y', 2), ...many('b.z', 2)]) void ask(name)
    await settle()
    expect(begun).toEqual(['a.x.0', 'a.x.1', 'a.y.0', 'b.z.0'])
    expect([limiter.running, limiter.waiting]).toEqual([4, 3])
  })

  it('takes turns between organizations, then between callers, then in the order of arrival', async () => {
    const { begun, ask, end, settle } = workshop({ inAll: 1 })
    const names = [...many('a.x', 3), 'a.y.0', ...many('b.z', 2)]
    for (const name of names) void ask(name)
    await settle()
    for (let n = 0; n < names.length; n++) await end(begun.at(-1) ?? '')
    expect(begun).toEqual(['a.x.0', 'a.x.1', 'b.z.0', 'a.y.0', 'b.z.1', 'a.x.2'])
  })

  it('answers who comes late before the rest of a flood', async () => {
    const { begun, ask, end, settle } = workshop({ waitingPerCaller: 300, waitingPerOrganization: 300 })
    for (const name of many('flood.x', 10)) void ask(name)
    void ask('flood.y.0')
    void ask('other.z.0')
    await settle()
    expect(begun).toEqual(['flood.x.0', 'flood.x.1', 'flood.y.0', 'other.z.0'])
    await end('flood.x.0', 'flood.x.1')
    expect(begun.slice(4)).toEqual(['flood.x.2', 'flood.x.3'])
  })

  it.each([
    ['caller', { waitingPerCaller: 1 }, 'a.x'],
    ['organization', { waitingPerOrganization: 1 }, 'a.x'],
    ['platform', { waitingInAll: 1 }, 'a.x'],
  ])('refuses at once what comes while too much of a %s waits', async (level, changed, prefix) => {
    const { ask, end, begun } = workshop(changed)
    const asked = many(prefix, 4).map((name) => ask(name))
    const refusal = expect(asked[3]).rejects
    await refusal.toMatchObject({ code: 'busy', retryAfterSeconds: 5, level, waited: false })
    await end('a.x.0', 'a.x.1')
    expect(begun).toEqual(['a.x.0', 'a.x.1', 'a.x.2'])
  })

  it('refuses what has waited too long, and does not run it later', async () => {
    const { ask, end, begun, limiter } = workshop()
    void ask('a.x.0')
    void ask('a.x.1')
    const late = expect(ask('a.x.2')).rejects.toMatchObject({ code: 'busy', level: 'caller', waited: true })
    await vi.advanceTimersByTimeAsync(limits.waitMs)
    await late
    expect(limiter.waiting).toBe(0)
    await end('a.x.0', 'a.x.1')
    void ask('a.x.3')
    await end()
    expect(begun).toEqual(['a.x.0', 'a.x.1', 'a.x.3'])
  })

  it('forgets who stops waiting', async () => {
    const { ask, end, begun, limiter } = workshop()
    const gone = new AbortController()
    void ask('a.x.0')
    void ask('a.x.1')
    const waiting = expect(ask('a.x.2', gone.signal)).rejects.toThrow('gone')
    gone.abort(new Error('gone'))
    await waiting
    await end('a.x.0', 'a.x.1')
    expect(begun).toEqual(['a.x.0', 'a.x.1'])
    expect([limiter.running, limiter.waiting]).toEqual([0, 0])
  })

  it('passes over who has to rest, serves them later, and refuses who then waits too long', async () => {
    const rests = new Map([['x', 300]])
    const pace = { waitMs: ({ caller }: { caller: string }) => rests.get(caller) ?? 0 }
    const limiter = new ConcurrencyLimiter({ limits, refusal: () => new Error('busy'), pace })
    const begun: string[] = []
    const ask = (caller: string) =>
      limiter.take({ organization: 'a', caller }).then((release) => {
        begun.push(caller)
        release()
      })
    void ask('x')
    void ask('y')
    await vi.advanceTimersByTimeAsync(299)
    expect([begun, limiter.waiting]).toEqual([['y'], 1])
    rests.set('x', 0)
    await vi.advanceTimersByTimeAsync(1)
    expect([begun, limiter.waiting]).toEqual([['y', 'x'], 0])
    rests.set('x', 60_000)
    const refused = expect(ask('x')).rejects.toThrow('busy')
    await vi.advanceTimersByTimeAsync(limits.waitMs)
    await refused
    expect([limiter.running, limiter.waiting, vi.getTimerCount()]).toEqual([0, 0, 0])
  })

  it('counts an end once, and goes on after a failure', async () => {
    const { ask, end, limiter } = workshop()
    void ask('a.x.0')
    await end()
    await end('a.x.0', 'a.x.0')
    expect(limiter.running).toBe(0)
    const share = { organization: 'a', caller: 'x' }
    for (let n = 0; n < 9; n++)
      await expect(limiter.run(share, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await limiter.run(share, async () => 'yes')).toBe('yes')
  })
})
