import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { accessibilityProblems, portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { connectSocket, ended } from './device-socket.js'
import { device, main, visit } from './visitor.js'

describe('credentials and API keys', () => {
  let platform: Platform
  let administrator: Administrator
  let browser: Browser
  let page: Page
  let pump: Awaited<ReturnType<typeof device>>

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    browser = await launchBrowser()
    pump = await device(administrator, 'Pump', 'pump')
    page = await visit(browser, platform.url, administrator)
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  it('rotates: the new secret is shown once, and the old one works meanwhile', async () => {
    await page.goto(`${platform.url}/o/${administrator.organization}/devices/pump/credentials`)
    await choose('Rotate secret…')
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click()
    const shown = page.getByRole('dialog', { name: 'New secret' })
    const secret = (await shown.getByText(/^hg_dev_[\w-]{43}$/).textContent()) ?? ''
    expect(secret).not.toBe(pump.password)
    expect(await portray(page, 'credential-rotated')).toEqual([])
    await shown.getByRole('button', { name: 'I have stored it' }).click()
    await main(page)
      .getByText(/old secret expires in/)
      .waitFor()
    await expect.poll(() => page.getByText(secret).count()).toBe(0)

    for (const password of [pump.password, secret]) {
      const socket = await connectSocket({ url: platform.mqttTcpUrl, ...pump, password })
      await socket.endAsync()
    }
    pump = { ...pump, password: secret }
  })

  it('revokes after naming what is lost, and the device is cut off before the eyes', async () => {
    const socket = await connectSocket({ url: platform.mqttTcpUrl, ...pump })
    const cutOff = ended(socket)
    const status = main(page).getByText('Online', { exact: true })
    await socket.publishAsync(pump.topic, '{"temperature": 21}', { qos: 1 })
    await status.waitFor()

    await choose('Revoke…')
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/disconnected at once and can no longer sign in with it/).waitFor()
    await dialog.getByText(/It was last used/).waitFor()
    expect(await portray(page, 'credential-revoke')).toEqual([])
    await dialog.getByRole('button', { name: 'Revoke credential' }).click()
    await cutOff
    await main(page).getByText('Offline', { exact: true }).waitFor()
    await main(page).getByText('No credentials').first().waitFor()
    await main(page).getByRole('link', { name: 'Presence' }).click()
    await main(page).getByText('Credential revoked').filter({ visible: true }).first().waitFor()
    await expect(connectSocket({ url: platform.mqttTcpUrl, ...pump })).rejects.toThrow()
  })

  it('leads from the API keys and the menu of the account to the documentation of REST, and back', async () => {
    await page.getByRole('link', { name: 'API keys' }).first().click()
    const documentation = main(page).getByRole('link', { name: 'documentation' })
    await documentation.click()
    await page.waitForURL('**/api/docs')
    for (const path of ['/api/v1/devices/{device}', '/api/v1/devices']) {
      const call = page.locator('.opblock').filter({ has: page.getByText(path, { exact: true }) })
      await call.last().locator('.opblock-summary-control').click()
    }
    await page.getByRole('button', { name: 'Try it out' }).first().click()
    await page.getByRole('button', { name: 'Execute' }).first().waitFor()
    expect(await portray(page, 'api-docs')).toEqual([])
    await page.getByRole('button', { name: 'Authorize' }).first().click()
    await page.getByRole('button', { name: 'Close' }).first().waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await page.getByRole('link', { name: /Back to Heliograph/ }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/o/**')

    await page
      .getByRole('button', { name: /^Account of/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'API documentation' }).click()
    await page.waitForURL('**/api/docs')
    await page.goBack()
    await page.waitForURL('**/o/**')
  })

  it('makes an API key that a script can use until it is revoked', async () => {
    await page.getByRole('link', { name: 'API keys' }).first().click()
    await main(page)
      .getByRole('button', { name: /API key/ })
      .first()
      .click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Nightly export')
    await page.getByRole('dialog').getByRole('button', { name: 'Create API key' }).click()
    const shown = page.getByRole('dialog', { name: /Nightly export/ })
    const key = (await shown.getByText(/^hg_key_[\w-]+$/).textContent()) ?? ''
    expect(await portray(page, 'api-key-once')).toEqual([])
    await shown.getByRole('button', { name: 'I have stored it' }).click()

    const list = () =>
      fetch(`${platform.url}/api/v1/devices`, { headers: { authorization: `Bearer ${key}` } })
    const answer = await list()
    expect(answer.status).toBe(200)
    expect((await answer.json()).items).toMatchObject([{ id: 'pump' }])

    await main(page).getByRole('button', { name: 'Revoke Nightly export' }).click()
    await page
      .getByRole('dialog')
      .getByText(/Scripts that use/)
      .waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke API key' }).click()
    await main(page).getByText('No API keys yet').waitFor()
    expect((await list()).status).toBe(401)
  })

  async function choose(action: string) {
    await main(page)
      .getByRole('button', { name: /^Actions for/ })
      .click()
    await page.getByRole('menuitem', { name: action }).click()
  }
})
