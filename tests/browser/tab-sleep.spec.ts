import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeSeries } from '../integration/telemetry/reading-support.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { drawnSamples, storedSamples } from './drawn-and-stored.js'
import { connection, device, live, main, visit } from './visitor.js'

const [SECOND, MINUTE] = [1_000, 60_000] as const
const asleepMs = 10 * MINUTE
const patience = { timeout: 60_000, interval: 500 }

/**
 * A laptop that is closed for ten minutes, without waiting for them: while the page is frozen, its token ends, the platform
 * restarts, and the device sends all that it measured in the ten minutes before.
 */
describe('a page that slept for ten minutes', () => {
  let platform: Platform
  let administrator: Administrator
  let proxy: CuttingProxy
  let browser: Browser
  let page: Page
  let pump: Awaited<ReturnType<typeof device>>
  let tokens = 0

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    proxy = await startCuttingProxy(platform.port)
    browser = await launchBrowser()
    pump = await device(administrator, 'Pump', 'pump')
    page = await visit(browser, proxy.url, administrator)
    await page.route('**/api/v1/mqtt/tokens', (route) => {
      tokens += 1
      return route.continue()
    })
  })

  afterAll(async () => {
    await browser?.close()
    await proxy?.close()
    await platform?.stop()
  })

  it('shows all that was stored meanwhile, once, and goes on', async () => {
    // Two minutes before it is closed, and what comes while it is looked at.
    const closedAt = Date.now() - asleepMs
    await send(range(closedAt - 2 * MINUTE, closedAt, SECOND))
    await page.goto(`${proxy.url}/o/${administrator.organization}/devices/pump`)
    await page.locator('canvas').first().waitFor()
    await page.getByRole('button', { name: '15 min' }).click()
    await live(page)
    await send([Date.now() - asleepMs])
    await expect.poll(() => drawnSamples(page), patience).toEqual(await storedSamples(platform))
    const before = tokens

    const sleeper = await page.context().newCDPSession(page)
    await sleeper.send('Page.setWebLifecycleState', { state: 'frozen' })
    // The connection dies without a word: the page hears nothing of the platform's end of it.
    proxy.silence()
    await platform.restart()
    await platform.pool.query("UPDATE mqtt_token SET expires_at = now() - interval '1 minute'")
    const wakesAt = Date.now()
    await send(range(wakesAt - asleepMs + SECOND, wakesAt - SECOND, SECOND))
    // As the platform stamps what comes without a time, to the microsecond.
    await storeSeries(platform.pool, 'pump', 'unstamped', {
      fromUs: (wakesAt - asleepMs) * 1_000 + 123,
      stepUs: 500_007,
      count: 1_190,
      expression: 'i',
    })
    await sleeper.send('Page.setWebLifecycleState', { state: 'active' })

    await connection(page)
      .getByText(/^live( ·|$)/)
      .waitFor({ timeout: 60_000 })
    const stored = await storedSamples(platform)
    expect(stored.get('unstamped')).toHaveLength(1_190)
    await expect.poll(() => drawnOf('stamped'), patience).toEqual(stored.get('stamped'))

    // With a token of its own, as the one from before is dead, and live again: what comes now is shown.
    await send([Date.now()], 77)
    await main(page).getByText('77').first().waitFor()
    expect(tokens).toBeGreaterThan(before)
    const { stamped } = Object.fromEntries(await storedSamples(platform))
    await expect.poll(() => drawnOf('stamped'), patience).toEqual(stamped)
  }, 300_000)

  /** A key that came while the page slept is not among its charts, so its samples are not compared. */
  const drawnOf = async (key: string) => (await drawnSamples(page)).get(key)

  /** As a device that can send again: each with its time. */
  async function send(times: readonly number[], value?: number): Promise<void> {
    const samples = times.map((ts) => ({ ts, values: { stamped: value ?? (ts / SECOND) % 60 } }))
    const response = await fetch(`${platform.url}/api/v1/devices/pump/telemetry`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${pump.username}:${pump.password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(samples),
    })
    expect(response.status).toBeLessThan(300)
  }
})

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => Math.round(from + index * step))
}
