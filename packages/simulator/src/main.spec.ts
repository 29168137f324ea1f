import { afterEach, describe, expect, it, vi } from 'vitest'
import { main } from './main.js'
import { type PlatformScript, smallPlatform } from './testing/small-platform.js'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  vi.restoreAllMocks()
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 25_000, interval: 10 })
const signals = ['SIGINT', 'SIGTERM'] as const
const listeners = () => signals.flatMap((signal) => process.listeners(signal))

/** Runs the command line against a small platform; `signal` calls what a signal would call. */
async function start(args: string[], script: PlatformScript = {}) {
  const platform = await smallPlatform(script)
  cleanups.push(platform.close)
  return { platform, ...run(['--url', platform.url, '--rate', '50', ...args]) }
}

function run(args: string[], environment: NodeJS.ProcessEnv = { HELIOGRAPH_API_KEY: 'hg_key_x' }) {
  const errors: string[] = []
  vi.spyOn(console, 'error').mockImplementation((text: string) => errors.push(text))
  const written: string[] = []
  const before = listeners()
  const ended = main(args, environment, { screen: { write: (text) => written.push(text) } })
  const own = listeners().filter((listener) => !before.includes(listener))
  return {
    ended,
    errors,
    output: () => written.join(''),
    // The test runner listens too, and must not get the signal.
    signal: (signal: (typeof signals)[number] = 'SIGINT') => own[signals.indexOf(signal)]?.(signal),
    listensNow: () => listeners().some((listener) => own.includes(listener)),
  }
}

describe('main', () => {
  it('writes the usage', async () => {
    const { ended, output } = run(['--help'])
    expect(await ended).toBe(0)
    expect(output()).toMatch(/^Usage: npm run simulate/)
  })

  it.each([
    [['--devices', '0'], /^--devices must be a whole number from 1 to 5000, not "0"$/],
    [['--rate', 'fast'], /^--rate must be a number from 0.001 to 1000, not "fast"$/],
    [['--transport', 'udp'], /^--transport must be ws or tcp, not "udp"$/],
    [['--url', 'localhost'], /^--url must be an address like/],
    [['--colour'], /Unknown option '--colour'[\s\S]*Usage:/],
    [['more'], /Unexpected argument 'more'[\s\S]*Usage:/],
  ])('explains %j, and returns 1', async (args, words) => {
    const { ended, errors } = run(args)
    expect(await ended).toBe(1)
    expect(errors.join('\n')).toMatch(words)
  })

  it('explains how to make a key when there is none', async () => {
    const { ended, errors } = run([], {})
    expect(await ended).toBe(1)
    expect(errors.join('\n')).toMatch(/needs an API key[\s\S]*HELIOGRAPH_API_KEY=/)
  })

  it('explains that no platform answers, and returns 1', async () => {
    const platform = await smallPlatform()
    await platform.close()
    const { ended, errors, output } = run(['--url', platform.url, '--key', 'hg_key_x'])
    expect(await ended).toBe(1)
    expect(errors.join('\n')).toMatch(/in the list of processes. Set HELIOGRAPH_API_KEY instead/)
    expect(errors.join('\n')).toMatch(/"npm start" starts it/)
    expect(output()).not.toContain('Deleted')
  })

  it.each(signals)('deletes its devices at %s, and listens to signals no more', async (name) => {
    const { ended, platform, signal, output, listensNow } = await start(['--devices', '2'])
    await eventually(() => expect(platform.published.length).toBeGreaterThan(5))
    expect(listensNow()).toBe(true)
    signal(name)
    expect(await ended).toBe(0)
    expect(platform.devices.size).toBe(0)
    expect(output()).toContain('Deleted 2 of 2 devices.')
    expect(listensNow()).toBe(false)
  })

  it('deletes what it registered when it is stopped during the registration', async () => {
    let proceed = () => {}
    const held = new Promise<undefined>((resolve) => {
      proceed = () => resolve(undefined)
    })
    const answer = ({ path }: { path: string }) => (path.endsWith('/credentials') ? held : undefined)
    const { ended, platform, signal } = await start(['--devices', '20'], { answer })
    await eventually(() => expect(platform.devices.size).toBeGreaterThan(0))
    signal()
    proceed()
    expect(await ended).toBe(0)
    expect(platform.devices.size).toBe(0)
  })

  it('deletes what it registered when the platform refuses a device, and returns 1', async () => {
    const refusal = { status: 403, body: {} }
    const answer = ({ path, count }: { path: string; count: number }) =>
      count > 6 && path === '/api/v1/devices' ? refusal : undefined
    const { ended, platform, errors } = await start(['--devices', '50'], { answer })
    expect(await ended).toBe(1)
    expect(errors.join('\n')).toMatch(/role admin/)
    expect(platform.requests.filter((request) => request.startsWith('DELETE')).length).toBeGreaterThan(0)
    expect(platform.devices.size).toBe(0)
  })

  it('names the devices that it could not delete', async () => {
    const answer = ({ method }: { method: string }) => (method === 'DELETE' ? { status: 500 } : undefined)
    const { ended, platform, signal, output } = await start(['--devices', '1'], { answer })
    await eventually(() => expect(platform.published.length).toBeGreaterThan(0))
    signal()
    expect(await ended).toBe(0)
    expect(output()).toContain('Deleted 0 of 1 devices.')
    expect(output()).toContain(`delete them in the page: ${[...platform.devices.keys()][0]}`)
  })

  it('ends by itself after --duration', async () => {
    const { ended, platform, output } = await start(['--devices', '1', '--duration', '0.1'])
    expect(await ended).toBe(0)
    expect(output()).toContain('Deleted 1 of 1 devices.')
    expect(platform.devices.size).toBe(0)
  })

  it('leaves devices in place with --keep', async () => {
    const { ended, platform, output } = await start(['--devices', '1', '--keep', '--duration', '0.1'])
    expect(await ended).toBe(0)
    expect(platform.devices.size).toBe(1)
    expect(output()).toContain('Left 1 devices in place')
  })

  it('ends the process at the second signal', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`)
    })
    let proceed = () => {}
    const held = new Promise<undefined>((resolve) => {
      proceed = () => resolve(undefined)
    })
    const { ended, platform, signal } = await start(['--devices', '1'], {
      answer: ({ method }) => (method === 'DELETE' ? held : undefined),
    })
    await eventually(() => expect(platform.published.length).toBeGreaterThan(0))
    signal()
    expect(exit).not.toHaveBeenCalled()
    expect(() => signal()).toThrow('exit 130')
    proceed()
    await ended
  })
})
