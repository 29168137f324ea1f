import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { publishFromAnotherProcess } from '../support/publish.js'
import { connectSocket } from './device-socket.js'
import { connection, device, live, main, visit } from './visitor.js'

type DeviceAccess = Awaited<ReturnType<typeof device>>

describe('the page and its connection', () => {
  let platform: Platform
  let administrator: Administrator
  let proxy: CuttingProxy
  let browser: Browser
  let page: Page
  let pump: DeviceAccess

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    proxy = await startCuttingProxy(platform.port)
    browser = await launchBrowser()
    pump = await device(administrator, 'Pump', 'pump')
    page = await visit(browser, proxy.url, administrator)
  })

  afterAll(async () => {
    await browser?.close()
    await proxy?.close()
    await platform?.stop()
  })

  it('tells that it is reconnecting, then since when it is offline, then that it is live again', async () => {
    await publish('{"temperature": 20}')
    await page.goto(`${proxy.url}/o/${administrator.organization}/devices/pump`)
    await main(page).getByText('20°').first().waitFor()
    await live(page)

    proxy.refuse()
    await connection(page)
      .getByText(/^reconnecting in \d+ s$/)
      .waitFor()
    await connection(page)
      .getByText(/^offline since \d\d:\d\d$/)
      .waitFor({ timeout: 60_000 })
    expect(await portray(page, 'device-offline')).toEqual([])
    // What was on the screen stays there.
    expect(await main(page).getByText('20°').first().isVisible()).toBe(true)

    await publish('{"temperature": 27.5}')
    proxy.allow()
    await live(page)
    await main(page).getByText('27.5°').first().waitFor()
  })

  it('says what failed when the server is gone, keeps what was typed, and goes on when it is back', async () => {
    await page.goto(`${proxy.url}/o/${administrator.organization}/devices`)
    await page.getByRole('button', { name: 'Register device' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Water tank')
    await dialog.getByRole('textbox', { name: 'Tags' }).fill('north,')

    proxy.refuse()
    await dialog.getByRole('button', { name: 'Register device' }).click()
    await dialog.getByText('The server did not answer.').waitFor()
    expect(await dialog.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Water tank')
    expect(await dialog.getByText('north', { exact: true }).isVisible()).toBe(true)
    expect(await portray(page, 'register-server-gone')).toEqual([])

    proxy.allow()
    await dialog.getByRole('button', { name: 'Register device' }).click()
    await page.getByRole('dialog', { name: 'Credential of Water tank' }).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await main(page)
      .getByRole('link', { name: /Water tank/ })
      .waitFor()
  })

  it('offers to try again where a whole page could not be loaded', async () => {
    await live(page)
    // The pages of a device come from the web server; what they show, from the platform.
    await page.route('**/api/v1/devices/pump', (route) => route.abort())
    await main(page).getByRole('link', { name: /Pump/ }).click()
    await page.getByText('The device could not be loaded').waitFor()
    expect(await portray(page, 'device-server-gone')).toEqual([])
    await page.unroute('**/api/v1/devices/pump')
    await page.getByRole('button', { name: 'Try again' }).click()
    await main(page).getByText('27.5°').first().waitFor()
  })

  it('ends its connection and its token at sign-out, in every tab of the session', async () => {
    await page.goto(`${proxy.url}/o/${administrator.organization}/devices`)
    const second = await page.context().newPage()
    await second.goto(`${proxy.url}/o/${administrator.organization}/devices`)
    await live(second)
    const closed = new Promise<void>((resolve) => {
      second.on('websocket', (socket) => socket.on('close', () => resolve()))
    })
    const [issued] = await Promise.all([
      second.waitForResponse((response) => response.ok() && response.url().endsWith('/mqtt/tokens')),
      second.reload(),
    ])
    const token: { clientId: string; username: string; password: string } = await issued.json()
    await live(second)
    expect(await tokenCount()).toBeGreaterThan(0)

    await page.getByRole('button', { name: /Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await closed
    await second.waitForURL('**/sign-in**')
    expect(await tokenCount()).toBe(0)
    await expect(connectSocket({ ...token, url: platform.mqttWebSocketUrl })).rejects.toThrow()
  })

  const publish = (payload: string) =>
    publishFromAnotherProcess({ url: platform.mqttTcpUrl, ...pump }, pump.topic, [payload])

  async function tokenCount(): Promise<number> {
    const { rows } = await platform.pool.query('SELECT count(*)::int AS count FROM mqtt_token')
    return rows[0].count
  }
})
