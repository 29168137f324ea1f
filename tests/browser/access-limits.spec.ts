import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { createClient } from '../support/http-client.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { connectSocket } from './device-socket.js'
import { device, live, main, visit } from './visitor.js'

describe('limits of people and API keys', () => {
  let platform: Platform
  let owner: Administrator
  let browser: Browser
  let home: string

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    owner = await createAdministrator(platform)
    home = `${platform.url}/o/${owner.organization}`
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  const row = (page: Page, name: string | RegExp) => main(page).getByRole('row', { name })

  it('makes an API key that can only provision devices, sees its use, rotates it and revokes it', async () => {
    const page = await visit(browser, platform.url, owner)
    await page.goto(`${home}/api-keys`)
    await main(page).getByRole('button', { name: 'Create API key' }).click()
    const dialog = page.getByRole('dialog', { name: 'New API key' })
    await dialog.getByLabel('Name').fill('Factory')
    await dialog.getByLabel('Access').selectOption('Provision devices')
    const boxes = async () => (await dialog.getByRole('checkbox', { checked: true }).all()).length
    await dialog.getByRole('checkbox', { name: 'Register devices', checked: true }).waitFor()
    await dialog
      .getByRole('checkbox', { name: 'Issue, rotate and revoke credentials', checked: true })
      .waitFor()
    expect(await boxes()).toBe(2)
    expect(await portray(page, 'api-key-scopes')).toEqual([])
    await dialog.getByRole('checkbox', { name: 'See devices and whether they are online' }).check()
    expect(await dialog.getByLabel('Access').inputValue()).toBe('chosen')
    await dialog.getByRole('checkbox', { name: 'See devices and whether they are online' }).uncheck()
    await dialog.getByRole('button', { name: 'Create API key' }).click()
    const once = page.getByRole('dialog', { name: 'New API key: Factory' })
    const key = (await once.getByText(/^hg_key_[\w-]+$/).textContent()) ?? ''
    const script = createClient(platform.url, { authorization: `Bearer ${key}` })
    await script.send('POST', '/api/v1/devices', { name: 'Made by the factory' })
    expect((await script.request('GET', '/api/v1/devices')).status).toBe(403)
    await once.getByRole('button', { name: 'I have stored it' }).click()
    await row(page, /^Factory.*Register devices; Issue, rotate and revoke credentials/).waitFor()
    await expect
      .poll(
        async () => {
          await page.reload()
          await row(page, /^Factory/).waitFor()
          return row(page, /^Factory/).textContent()
        },
        { timeout: 30_000, interval: 500 },
      )
      .toContain('from 127.0.0.1')

    await main(page).getByRole('button', { name: 'Rotate Factory' }).click()
    const rotate = page.getByRole('dialog', { name: 'Rotate Factory' })
    await rotate.getByText(/work until then/).waitFor()
    expect(await portray(page, 'api-key-rotate')).toEqual([])
    await rotate.getByRole('button', { name: 'Rotate secret' }).click()
    await page
      .getByRole('dialog', { name: 'New secret: Factory' })
      .getByRole('button', { name: 'I have stored it' })
      .click()
    await row(page, /^Factory.*old secret expires/).waitFor()
    expect(await portray(page, 'api-keys-limited')).toEqual([])
    await script.send('POST', '/api/v1/devices', { name: 'By the old secret' })
    await main(page).getByRole('button', { name: 'Revoke Factory' }).click()
    await page.getByRole('button', { name: 'Revoke API key' }).click()
    await main(page).getByText('No API keys yet').waitFor()
    expect((await script.request('POST', '/api/v1/devices', { name: 'No' })).status).toBe(401)
    await page.context().close()
  })

  it('invites a contractor who sees the devices of one site, live, and no others', async () => {
    const pump = await device(owner, 'Harbour pump', 'harbour-pump')
    await device(owner, 'Mountain pump', 'mountain-pump')
    await owner.send('PATCH', '/api/v1/devices/harbour-pump', { tags: ['site-hamburg'] })
    const page = await visit(browser, platform.url, owner)
    await page.goto(`${home}/settings/members`)
    await main(page).getByRole('button', { name: 'Invite person' }).click()
    const dialog = page.getByRole('dialog', { name: 'Invite person' })
    await dialog.getByLabel('Role').selectOption('Operator')
    await dialog.getByLabel('Only devices tagged').fill('site-hamburg')
    await page.keyboard.press('Enter')
    expect(await portray(page, 'members-invite-limited')).toEqual([])
    await dialog.getByRole('button', { name: 'Create link' }).click()
    const once = page.getByRole('dialog', { name: 'Invitation link' })
    const link = (await once.locator('code').textContent()) ?? ''
    await once.getByRole('button', { name: 'I have copied it' }).click()
    await row(page, /Anyone with the link.*operator.*devices tagged site-hamburg/).waitFor()

    const guest = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    await guest.goto(link)
    await guest.getByText('You will see the devices tagged site-hamburg.').waitFor()
    await guest.getByLabel('Your name').fill('Conny Contractor')
    await guest.getByLabel('E-mail').fill('conny@example.com')
    await guest.getByRole('textbox', { name: 'Password' }).fill('tangerine kettle 7')
    await guest.keyboard.press('Enter')
    await guest.waitForURL(home)
    await main(guest).getByText('You see the devices tagged').waitFor()
    await main(guest).getByText('of 1 device').waitFor()
    expect(await main(guest).getByText('Telemetry stored').count()).toBe(0)
    await live(guest)
    expect(await portray(guest, 'overview-limited')).toEqual([])
    await guest.goto(`${home}/devices`)
    await main(guest).getByRole('link', { name: 'Harbour pump' }).waitFor()
    expect(await main(guest).getByText('Mountain pump').count()).toBe(0)
    expect(await main(guest).getByRole('button', { name: 'Register device' }).count()).toBe(0)
    expect(await portray(guest, 'devices-limited')).toEqual([])
    await guest.goto(`${home}/devices/mountain-pump`)
    await guest.getByRole('heading', { name: 'Device not found' }).waitFor()

    await guest.goto(`${home}/devices/harbour-pump/settings`)
    await main(guest).getByLabel('Name').waitFor()
    expect(await main(guest).getByLabel('Tags').count()).toBe(0)
    await guest.goto(`${home}/devices/harbour-pump`)
    await live(guest)
    const socket = await connectSocket({ ...pump, url: platform.mqttTcpUrl })
    await socket.publishAsync(pump.topic, '{"depth": 17.25}', { qos: 1 })
    await main(guest).getByText('17.25').first().waitFor()

    // Another limit holds on the page that is open.
    await row(page, /Conny Contractor/)
      .getByRole('button', { name: /sees devices tagged site-hamburg/ })
      .click()
    const limit = page.getByRole('dialog', { name: 'Devices that Conny Contractor sees' })
    await limit.getByRole('button', { name: 'Remove tag site-hamburg' }).click()
    await limit.getByLabel('Only devices tagged').fill('site-munich')
    expect(await portray(page, 'members-limit')).toEqual([])
    await limit.getByRole('button', { name: 'Save' }).click()
    await row(page, /Conny Contractor/)
      .getByText('devices tagged site-munich')
      .waitFor()
    expect(await portray(page, 'members-limited')).toEqual([])
    await guest.getByRole('heading', { name: 'Device not found' }).waitFor()
    await Promise.all([socket.endAsync(), page.context().close(), guest.context().close()])
  })
})
