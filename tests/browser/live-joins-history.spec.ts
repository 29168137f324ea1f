import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { publishSteadily, type SteadyPublisher } from '../support/steady-publisher.js'
import { drawnSamples, storedSamples } from './drawn-and-stored.js'
import { device, live, visit } from './visitor.js'

const [count, everyMs] = [1_600, 25]
/** So long a token seems to live: the page renews it all the while. */
const tokenLifeMs = 6_000

/** What is drawn, as the page saves it, beside what is stored: nothing missing, nothing twice. */
describe('live joins history', () => {
  let platform: Platform
  let administrator: Administrator
  let proxy: CuttingProxy
  let browser: Browser
  let page: Page
  let publisher: SteadyPublisher
  let renewals = 0
  let late = 0
  let pump: { username: string; password: string }

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    proxy = await startCuttingProxy(platform.port)
    browser = await launchBrowser()
    const credential = await device(administrator, 'Pump', 'pump')
    pump = credential
    publisher = publishSteadily({ url: platform.mqttTcpUrl, ...credential }, credential.topic, {
      count,
      everyMs,
    })
    // The page opens while samples arrive, some of which are stored by then.
    await publisher.reached(20)
    page = await visit(browser, proxy.url, administrator)
    await shortenTokens()
    await page.goto(`${proxy.url}/o/${administrator.organization}/devices/pump`)
    await page.locator('canvas').first().waitFor()
    await page.getByRole('button', { name: '15 min' }).click()
  })

  afterAll(async () => {
    publisher?.kill()
    await browser?.close()
    await proxy?.close()
    await platform?.stop()
  })

  it('draws each stored sample once, however often its connection is cut', async () => {
    const sleeper = await page.context().newCDPSession(page)
    const disturbances = [
      () => sendLate(),
      () => proxy.cut(),
      () => proxy.cut(),
      () => sendLate(),
      () => page.context().setOffline(true),
      () => sendLate(),
      () => page.context().setOffline(false),
      // A laptop is closed: no timer runs, and the connection dies without a word.
      () => sleeper.send('Page.setWebLifecycleState', { state: 'frozen' }),
      () => proxy.silence(),
      () => sendLate(),
      () => sleeper.send('Page.setWebLifecycleState', { state: 'active' }),
      () => sendLate(),
      () => proxy.refuse(),
      () => proxy.allow(),
      () => platform.restart(),
      () => proxy.cut(),
    ]
    const step = (count - publisher.acknowledged) / (disturbances.length + 2)
    let next = publisher.acknowledged
    let cuts = 0
    for (const disturb of disturbances) {
      next += step * (0.5 + Math.random() / 2)
      await publisher.reached(next)
      const cut = await disturb()
      if (typeof cut === 'number') cuts += cut
    }
    expect(cuts).toBeGreaterThan(0)
    await publisher.done
    await live(page)
    // Renewed while messages came, without a new connection.
    expect(renewals).toBeGreaterThan(0)

    const stored = await storedSamples(platform)
    // In the database too: what was acknowledged is there, over the restart.
    expect(stored.get('stamped')?.length).toBe(count / 2)
    expect(stored.get('unstamped')?.length).toBeGreaterThanOrEqual(count / 2)
    expect(stored.get('late')?.length).toBe(late)
    await expect.poll(() => drawnSamples(page), { timeout: 60_000, interval: 500 }).toEqual(stored)
  }, 300_000)

  it('keeps them so when the page is opened anew', async () => {
    await page.reload()
    await page.locator('canvas').first().waitFor()
    await page.getByRole('button', { name: '15 min' }).click()
    await expect
      .poll(() => drawnSamples(page), { timeout: 60_000, interval: 500 })
      .toEqual(await storedSamples(platform))
  })

  /** Samples of minutes ago, as of a device that could not send before: behind everything that is drawn. */
  async function sendLate(): Promise<void> {
    const samples = [1, 2, 3].map((number) => ({
      ts: Date.now() - (late + number) * 7_000,
      values: { late: late + number },
    }))
    const { username, password } = pump
    const response = await fetch(`${platform.url}/api/v1/devices/pump/telemetry`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(samples),
    })
    expect(response.status).toBeLessThan(300)
    late += samples.length
  }

  /** Tokens live for minutes; the page is told that they end in seconds. */
  async function shortenTokens(): Promise<void> {
    await page.route('**/api/v1/mqtt/tokens', async (route) => {
      const response = await route.fetch().catch(() => null)
      if (response === null) return route.abort().catch(() => {})
      if (response.ok() && 'clientId' in (route.request().postDataJSON() ?? {})) renewals += 1
      const token = await response.json().catch(() => ({}))
      const expiresAt = new Date(Date.now() + tokenLifeMs).toISOString()
      await route.fulfill({ response, json: response.ok() ? { ...token, expiresAt } : token }).catch(() => {})
    })
  }
})
