import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { hasMosquitto, paste, publishFromAnotherProcess } from '../support/publish.js'

const email = 'ada@example.com'
const password = 'correct horse battery'

/** What a person does: the first account, a device, its credential, its first message, its live page. */
describe('from the first account to a live chart', () => {
  let platform: Platform
  let browser: Browser
  let page: Page
  const foreignRequests: string[] = []
  const pageErrors: string[] = []
  const credential = { clientId: '', username: '', password: '', topic: '' }

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.on('pageerror', (error) => pageErrors.push(error.stack ?? error.message))
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (/^(http|ws)/.test(protocol) && origin !== platform.url) foreignRequests.push(request.url())
    })
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  it('makes the first account on the set-up page', async () => {
    await page.goto(platform.url)
    await page.waitForURL('**/setup')
    await page.getByLabel('Your name').fill('Ada')
    expect(await portray(page, 'setup')).toEqual([])
    await page.getByLabel('E-mail').fill(email)
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.getByRole('textbox', { name: 'Organization' }).fill('Acme Greenhouses')
    expect(await page.getByLabel('Slug').inputValue()).toBe('acme-greenhouses')
    await page.getByText('acme-greenhouses/devices/pump-7/telemetry').waitFor()
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/o/acme-greenhouses/devices')
  })

  it('teaches what to do while there is no device', async () => {
    await page.getByText('live ·').waitFor()
    await page.getByRole('button', { name: 'Register device' }).first().waitFor()
    expect(await portray(page, 'devices-empty')).toEqual([])
  })

  it('registers a device and shows its credential once', async () => {
    await page.getByRole('button', { name: 'Register device' }).first().click()
    const form = page.getByRole('dialog')
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Greenhouse pump')
    expect(await form.getByRole('textbox', { name: 'Id' }).inputValue()).toBe('greenhouse-pump')
    expect(await portray(page, 'register')).toEqual([])
    await form.getByRole('button', { name: 'Register device' }).click()

    const shown = page.getByRole('dialog', { name: 'Credential of Greenhouse pump' })
    await shown.getByText('Waiting for the first message').waitFor()
    credential.clientId = await shownField(shown, 'Client id')
    credential.username = await shownField(shown, 'Username')
    credential.password = await shownField(shown, 'Password')
    credential.topic = await shownField(shown, 'Topic')
    expect(credential.clientId).toBe('greenhouse-pump')
    expect(credential.password).toMatch(/^hg_dev_[\w-]{43}$/)
    expect(await portray(page, 'credential')).toEqual([])
  })

  it('keeps the secret on the screen when Escape is pressed or the page beside it is clicked', async () => {
    await page.keyboard.press('Escape')
    await page.mouse.click(5, 5)
    expect(await page.getByText(credential.password).first().isVisible()).toBe(true)
  })

  it('shows the first message in the dialog when the pasted command has sent it', async () => {
    const shown = page.getByRole('dialog', { name: 'Credential of Greenhouse pump' })
    const command = await textOf(shown.getByRole('tabpanel', { name: 'mosquitto_pub' }).locator('pre'))
    expect(command).toContain(credential.password)
    if (hasMosquitto) await paste(command)
    else await publish(['{"temperature": 21.5}'], 'tcp')
    await shown.getByText('The first message arrived').waitFor()
    expect(await textOf(shown.getByRole('region', { name: 'First message' }))).toContain('21.5')
    await shown.getByRole('button', { name: 'Open device' }).click()
    await page.waitForURL('**/devices/greenhouse-pump')
  })

  it('shows values, chart and feed move as another process publishes over WebSocket', async () => {
    const value = page.getByRole('main').getByText('23.75').first()
    const readings = Array.from({ length: 20 }, (_, index) => `{"temperature": ${19 + index / 4}}`)
    await publish(readings, 'ws')
    await value.waitFor()
    await page.getByRole('main').locator('canvas').first().waitFor()
    expect(pageErrors).toEqual([])
    expect(await portray(page, 'device-live')).toEqual([])
  })

  it('has every sample that was acknowledged, once', async () => {
    const answer = await page.evaluate(async () => {
      const headers = { 'Heliograph-Org': 'acme-greenhouses' }
      const response = await fetch('/api/v1/devices/greenhouse-pump/telemetry?keys=temperature', { headers })
      return response.json()
    })
    const values = answer.items.map((item: { value: number }) => item.value)
    expect(values).toEqual([21.5, ...Array.from({ length: 20 }, (_, index) => 19 + index / 4)])
  })

  it('shows the pages of credentials, presence, settings and API keys', async () => {
    const main = page.getByRole('main')
    const shows = {
      Credentials: main.getByText(credential.username),
      Presence: main.getByRole('row').nth(1),
      Settings: main.getByRole('button', { name: 'Save changes' }),
    }
    for (const [tab, content] of Object.entries(shows)) {
      await main.getByRole('link', { name: tab }).click()
      await content.waitFor()
      expect(await portray(page, `device-${tab.toLowerCase()}`)).toEqual([])
    }
    await page.getByRole('link', { name: 'API keys' }).first().click()
    await page.waitForURL('**/api-keys')
    await main.getByText('No API keys yet').waitFor()
    expect(await portray(page, 'api-keys')).toEqual([])
  })

  it('lists the device, and asks no other host for anything', async () => {
    await page.getByRole('link', { name: 'Devices' }).first().click()
    await page
      .getByRole('link', { name: /Greenhouse pump/ })
      .first()
      .waitFor()
    expect(await portray(page, 'devices')).toEqual([])
    expect(foreignRequests).toEqual([])
    expect(pageErrors).toEqual([])
  })

  async function publish(payloads: string[], transport: 'tcp' | 'ws') {
    const { topic, ...connection } = credential
    const url = transport === 'tcp' ? platform.mqttTcpUrl : platform.mqttWebSocketUrl
    await publishFromAnotherProcess({ url, ...connection }, topic, payloads)
  }
})

const fields = ['Server', 'Client id', 'Username', 'Password', 'Topic']

/** The value of a field of the credential, as it is shown. */
function shownField(dialog: Locator, name: string): Promise<string> {
  const region = dialog.getByRole('region', { name: 'Credential' })
  return textOf(region.locator('code').nth(fields.indexOf(name)))
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? ''
}
