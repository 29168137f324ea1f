import { afterEach, describe, expect, it } from 'vitest'
import { ApiError, apiClient } from './api.js'
import { type Answer, type PlatformScript, smallPlatform } from './testing/small-platform.js'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(script: PlatformScript = {}) {
  const platform = await smallPlatform(script)
  cleanups.push(platform.close)
  const waitedMs: number[] = []
  const wait = async (ms: number) => waitedMs.push(ms)
  return { platform, waitedMs, api: apiClient({ url: platform.url, key: 'hg_key_x', wait }) }
}

/** A problem as the platform answers with it. */
function problem(status: number, detail: string): Answer {
  return { status, body: { type: 'about:blank', title: 'Problem', status, code: 'any', detail } }
}

describe('apiClient', () => {
  it('creates a device, issues a credential, and deletes the device', async () => {
    const { api, platform } = await start()
    const device = await api.createDevice({ id: 'pump-1', name: 'A', tags: [], expectedIntervalSeconds: 10 })
    expect(device).toMatchObject({ id: 'pump-1', expectedIntervalSeconds: 10 })
    expect(await api.issueCredential('pump-1')).toMatchObject({ username: 'pump-1', password: 'secret' })
    await api.deleteDevice('pump-1')
    expect(platform.devices.size).toBe(0)
    expect(platform.requests).toEqual([
      'POST /api/v1/devices',
      'POST /api/v1/devices/pump-1/credentials',
      'DELETE /api/v1/devices/pump-1',
    ])
  })

  it('waits as long as the rate limit says, and repeats the request', async () => {
    const limited = { status: 429, headers: { 'retry-after': '7' } }
    const { api, waitedMs } = await start({ answer: ({ count }) => (count < 3 ? limited : undefined) })
    await api.createDevice({ id: 'a', name: 'A', tags: [], expectedIntervalSeconds: 10 })
    expect(waitedMs).toEqual([7_000, 7_000])
  })

  it('waits longer each time when the rate limit says nothing, and gives up after ten attempts', async () => {
    const { api, waitedMs, platform } = await start({ answer: () => problem(429, 'Too many requests') })
    await expect(api.deleteDevice('a')).rejects.toMatchObject({ status: 429 })
    expect(waitedMs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((seconds) => seconds * 1_000))
    expect(platform.requests).toHaveLength(10)
  })

  it('takes a device that does not exist as deleted', async () => {
    const { api } = await start()
    await expect(api.deleteDevice('gone')).resolves.toBeUndefined()
  })

  it.each([
    [401, /API key was not accepted: why.*check --key/],
    [403, /may not do this: why.*role admin/],
    [500, /^DELETE \/api\/v1\/devices\/a failed with status 500: why$/],
  ])('explains the status %d', async (status, words) => {
    const { api } = await start({ answer: () => problem(status, 'why') })
    await expect(api.deleteDevice('a')).rejects.toThrow(words)
  })

  it('explains a failure that is not a problem document by its status', async () => {
    const { api } = await start({ answer: () => ({ status: 502, body: 'oops' }) })
    await expect(api.deleteDevice('a')).rejects.toThrow(/status 502: Bad Gateway/)
  })

  it('explains a response of another program', async () => {
    const { api } = await start({ answer: () => ({ status: 200, body: { hello: 'world' } }) })
    await expect(api.issueCredential('a')).rejects.toThrow(
      /unknown format. Is --url the address of a Heliograph/,
    )
  })

  it('explains that nothing answers', async () => {
    const { api, platform } = await start()
    await platform.close()
    cleanups.pop()
    const failure = await api.deleteDevice('a').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ApiError)
    expect(failure).toMatchObject({
      status: null,
      message: expect.stringMatching(/Is the platform running there\?/),
    })
  })
})
