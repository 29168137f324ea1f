import { type Api, apiClient, main } from '@heliograph/simulator'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let administrator: Administrator
let key: string

beforeAll(async () => {
  platform = await startPlatform()
  administrator = await createAdministrator(platform)
  ;({ key } = await administrator.send<{ key: string }>('POST', '/api/v1/api-keys', { name: 'simulator' }))
})
afterAll(() => platform?.stop())

interface DeviceList {
  items: { id: string; tags: string[] }[]
}
const devices = async () => (await administrator.send<DeviceList>('GET', '/api/v1/devices')).items

/** Runs the command line until `ready` says so, then stops it as Ctrl-C does, and returns what it wrote. */
async function simulate(args: string[], ready: () => Promise<void>): Promise<string> {
  const written: string[] = []
  const screen = { write: (text: string) => written.push(text) }
  const before = process.listeners('SIGINT')
  const ended = main(['--url', platform.url, ...args], { HELIOGRAPH_API_KEY: key }, { screen })
  try {
    await ready()
  } finally {
    // To the program's own listener only: the test run has one too.
    for (const listener of process.listeners('SIGINT')) if (!before.includes(listener)) listener('SIGINT')
  }
  expect(await ended).toBe(0)
  return written.join('')
}

const patiently = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 100 })

describe('npm run simulate', () => {
  it.each(['ws', 'tcp'])('lets devices send over %s, and leaves nothing behind', async (transport) => {
    const output = await simulate(['--devices', '3', '--rate', '20', '--transport', transport], () =>
      patiently(async () => {
        const registered = await devices()
        expect(registered).toHaveLength(3)
        for (const { id, tags } of registered) {
          expect(tags).toContain('simulated')
          const { items } = await administrator.send<{ items: { key: string }[] }>(
            'GET',
            `/api/v1/devices/${id}/telemetry/latest`,
          )
          expect(items.length).toBeGreaterThan(2)
        }
      }),
    )
    expect(output).toMatch(/\d sent · [1-9]\d* acknowledged · 0 buffered/)
    expect(output).toContain('Deleted 3 of 3 devices.')
    expect(await devices()).toEqual([])
  })

  it('leaves devices in place when asked to', async () => {
    await simulate(['--devices', '1', '--keep'], () =>
      patiently(async () => expect(await devices()).toHaveLength(1)),
    )
    const [left] = await devices()
    expect(left?.id).toMatch(/^sim-/)
    await administrator.send('DELETE', `/api/v1/devices/${left?.id}`)
  })

  it('clears up what it had registered when one device cannot be', async () => {
    let calls = 0
    const failing = (url: string): Api => {
      const real = apiClient({ url, key })
      return {
        ...real,
        issueCredential: (id) => {
          calls += 1
          return calls === 3 ? Promise.reject(new Error('no more')) : real.issueCredential(id)
        },
      }
    }
    const screen = { write: () => {} }
    const run = main(
      ['--url', platform.url],
      { HELIOGRAPH_API_KEY: key },
      { screen, api: ({ url }) => failing(url) },
    )
    await expect(run).rejects.toThrow('no more')
    expect(await devices()).toEqual([])
  })

  it('says what is wrong with a key that is not accepted', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
    const screen = { write: () => {} }
    expect(await main(['--url', platform.url], { HELIOGRAPH_API_KEY: 'hg_key_wrong' }, { screen })).toBe(1)
    expect(complaint.mock.calls.flat().join()).toMatch(/API key was not accepted/)
    complaint.mockRestore()
  })
})
