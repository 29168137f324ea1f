import mqtt from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createMember } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { connectSocket, ended } from './device-socket.js'
import { main, visit } from './visitor.js'

describe('applications', () => {
  let platform: Platform
  let admin: Administrator
  let browser: Browser
  let address: string

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    admin = await createAdministrator(platform)
    address = `${platform.url}/o/${admin.organization}/settings/applications`
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  const row = (page: Page, name: string | RegExp) => main(page).getByRole('row', { name })
  /** What the dialog shows once, beside its name. */
  const value = (page: Page, label: string) =>
    page.getByRole('dialog').getByText(label, { exact: true }).locator('xpath=following-sibling::code')

  const act = async (page: Page, name: string, action: string) => {
    await row(page, name)
      .getByRole('button', { name: `Actions for ${name}` })
      .click()
    await page.getByRole('menuitem', { name: action }).click()
  }

  it('are made, connect, are changed, rotated and revoked', async () => {
    const org = admin.organization
    const page = await visit(browser, platform.url, admin)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await main(page).getByRole('link', { name: 'Applications' }).click()
    await main(page).getByText('No applications yet').waitFor()
    expect(await portray(page, 'applications-none')).toEqual([])

    await main(page).getByRole('button', { name: 'Create application' }).click()
    const create = page.getByRole('dialog', { name: 'New application' })
    await create.getByLabel('Name').fill('Node-RED')
    await create.getByRole('textbox', { name: 'Publishes to', exact: true }).fill('elsewhere/#')
    await create.getByRole('button', { name: 'Create application' }).click()
    await create.getByText('Line 1, elsewhere/#: reaches beyond').waitFor()
    await create.getByRole('textbox', { name: 'Publishes to', exact: true }).fill(`${org}/apps/#`)
    expect(await create.getByText('reaches beyond').count()).toBe(0)
    await create.getByLabel('Device for: Publishes to').fill('pump-7')
    await create.getByRole('button', { name: 'Add to: Publishes to' }).click()
    await create.getByRole('button', { name: 'Add to: Subscribes to' }).click()
    expect(await create.getByRole('textbox', { name: 'Subscribes to', exact: true }).inputValue()).toBe(
      `${org}/apps/#\n${org}/devices/+/telemetry`,
    )
    expect(await create.getByRole('textbox', { name: 'Publishes to', exact: true }).inputValue()).toBe(
      `${org}/apps/#\n${org}/devices/pump-7/commands/+/request`,
    )
    expect(await portray(page, 'applications-create')).toEqual([])
    await create.getByRole('button', { name: 'Create application' }).click()

    const once = page.getByRole('dialog', { name: 'New application: Node-RED' })
    await once.getByText('hg_app_').first().waitFor()
    for (const program of ['Node-RED', 'Telegraf', 'MQTT.js', 'mosquitto'])
      await once.getByRole('tab', { name: program }).click()
    expect(await portray(page, 'applications-password')).toEqual([])
    const username = (await value(page, 'Username').textContent()) ?? ''
    const password = (await value(page, 'Password').textContent()) ?? ''
    await once.getByRole('button', { name: 'I have stored it' }).click()
    await row(page, /Node-RED.*never connected/).waitFor()
    expect(await main(page).getByText(password).count()).toBe(0)

    const url = platform.mqttTcpUrl
    const socket = await connectSocket({ url, clientId: 'flows', username, password })
    await row(page, /Node-RED.*connected.*127\.0\.0\.1/).waitFor()
    await main(page).getByText('connected', { exact: true }).waitFor()
    expect(await portray(page, 'applications-connected')).toEqual([])

    await act(page, 'Node-RED', 'Change…')
    const change = page.getByRole('dialog', { name: 'Change Node-RED' })
    await change.getByLabel('Name').fill('Flows')
    await change.getByLabel('Web pages that may connect').selectOption('Pages of these origins only')
    await change.getByLabel('Origins').fill('https://example.com/')
    await change.getByRole('button', { name: 'Save changes' }).click()
    await change.getByText(/must be an origin/i).waitFor()
    expect(await portray(page, 'applications-change')).toEqual([])
    await change.getByLabel('Origins').fill('https://example.com')
    await change.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Flows was changed').waitFor()

    await act(page, 'Flows', 'Rotate password…')
    const rotate = page.getByRole('dialog', { name: 'Rotate Flows' })
    expect(await portray(page, 'applications-rotate')).toEqual([])
    await rotate.getByRole('button', { name: 'Rotate password' }).click()
    await page.getByRole('dialog', { name: 'New password' }).waitFor()
    const rotated = (await value(page, 'Password').textContent()) ?? ''
    expect(rotated).not.toBe(password)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await row(page, /Flows.*old password expires/).waitFor()

    await act(page, 'Flows', 'Revoke…')
    const revoke = page.getByRole('dialog', { name: 'Revoke Flows?' })
    await revoke.getByText('Its connection is ended at once').waitFor()
    expect(await portray(page, 'applications-revoke')).toEqual([])
    const cut = ended(socket)
    await revoke.getByRole('button', { name: 'Revoke application' }).click()
    await cut
    await page.getByText('Flows was revoked').waitFor()
    await main(page).getByText('No applications yet').waitFor()
    await expect(
      mqtt.connectAsync(url, { username, password: rotated, reconnectPeriod: 0 }, false),
    ).rejects.toThrow()
    await page.context().close()
  })

  it('are shown to a viewer, who is not offered to change them', async () => {
    await admin.send('POST', '/api/v1/applications', { name: 'Telegraf' })
    const viewer = await createMember(platform, admin, 'viewer')
    const page = await visit(browser, platform.url, viewer)
    await page.goto(address)
    await row(page, /Telegraf/).waitFor()
    expect(await main(page).getByRole('button').count()).toBe(0)
    expect(await portray(page, 'applications-viewer')).toEqual([])
    await page.context().close()
  })

  it('are not offered to who sees only devices with a tag', async () => {
    const viewer = await createMember(platform, admin, 'viewer')
    await admin.send('PATCH', `/api/v1/members/${viewer.id}`, { tags: ['site-1'] })
    const page = await visit(browser, platform.url, viewer)
    await page.goto(address.replace('/applications', '/members'))
    await main(page).getByRole('link', { name: 'Members' }).waitFor()
    expect(await main(page).getByRole('link', { name: 'Applications' }).count()).toBe(0)
    await page.context().close()
  })
})
