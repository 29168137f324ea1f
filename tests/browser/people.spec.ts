import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
} from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { createClient } from '../support/http-client.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { device, live, main, visit } from './visitor.js'

describe('people and organizations', () => {
  let platform: Platform
  let administrator: Administrator
  let browser: Browser

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    await device(administrator, 'Pump', 'pump')
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  it('lets a viewer see everything and change nothing', async () => {
    const page = await visit(browser, platform.url, await createViewer())
    const home = `${platform.url}/o/${administrator.organization}`
    await main(page).getByRole('link', { name: /Pump/ }).waitFor()
    expect(await page.getByRole('button', { name: 'Register device' }).count()).toBe(0)

    await page.goto(`${home}/devices/pump/credentials`)
    await main(page).getByRole('row').nth(1).waitFor()
    expect(
      await main(page)
        .getByRole('button', { name: /Actions for|Create credential/ })
        .count(),
    ).toBe(0)
    expect(await portray(page, 'viewer-credentials')).toEqual([])

    await page.goto(`${home}/devices/pump/settings`)
    await main(page).getByText('may not change this. Ask an owner, admin or operator.').waitFor()
    expect(
      await main(page)
        .getByRole('button', { name: /Save changes|Delete device/ })
        .count(),
    ).toBe(0)

    await page.goto(`${home}/settings`)
    await main(page)
      .getByText('Your role, viewer, may not change this. Ask an owner or admin.')
      .first()
      .waitFor()
    expect(await main(page).getByLabel('Telemetry is kept').isDisabled()).toBe(true)
    expect(await main(page).getByRole('button', { name: 'Save changes' }).count()).toBe(0)

    await page.goto(`${home}/api-keys`)
    await main(page).getByText('Only admins and owners manage API keys').waitFor()
    expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0)
    await page.context().close()
  })

  it('lets an administrator set the retention, and names what a shorter one loses', async () => {
    const page = await visit(browser, platform.url, administrator)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await page.waitForURL(`**/o/${administrator.organization}/settings`)
    await main(page).getByText('Nothing is deleted because of its age.').waitFor()
    expect(await portray(page, 'organization-settings')).toEqual([])
    const save = main(page).getByRole('button', { name: 'Save changes' }).last()
    const retention = async () => {
      const { rows } = await platform.pool.query('SELECT retention_days FROM organization WHERE slug = $1', [
        administrator.organization,
      ])
      return rows[0]?.retention_days
    }

    await main(page).getByLabel('Telemetry is kept').selectOption('A number of days')
    await main(page).getByLabel('Days').fill('-3')
    await save.click()
    await main(page).getByText('Must be a whole number of days, from 1 to 36,525.').waitFor()
    await main(page).getByLabel('Days').fill('30')
    await save.click()
    const dialog = page.getByRole('dialog', { name: 'Keep telemetry for 30 days only?' })
    await dialog.getByText(/all samples from before .* deleted at the next run, about/).waitFor()
    expect(await portray(page, 'organization-settings-shorten')).toEqual([])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await retention()).toBeNull()
    await save.click()
    await dialog.getByRole('button', { name: 'Shorten retention' }).click()
    await page.getByText('Saved: telemetry is kept for 30 days').waitFor()
    await main(page)
      .getByText(/At the next run, about .*, what is older than/)
      .waitFor()
    expect(await retention()).toBe(30)

    // A longer one loses nothing, so that nothing is asked.
    await main(page).getByLabel('Telemetry is kept').selectOption('Forever')
    await save.click()
    await main(page).getByText('Nothing is deleted because of its age.').waitFor()
    expect(await retention()).toBe(0)
    await page.context().close()
  })

  it('shows an administrator what could not be stored, and deletes it', async () => {
    await device(administrator, 'Dense source', 'dense')
    await platform.pool.query(
      `INSERT INTO telemetry.set_aside (organization_id, device_key, received_at, reason, payload, payload_bytes)
       SELECT organization_id, key, now(), 'Storing it took longer than a commit may, alone and twice', '{"flow":1}', 10
       FROM device WHERE id = 'dense'`,
    )
    const page = await visit(browser, platform.url, administrator)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await main(page).getByText('Storing it took longer than a commit may').waitFor()
    expect(await portray(page, 'set-aside')).toEqual([])
    await main(page).getByRole('button', { name: 'Show the message of dense' }).click()
    const message = page.getByRole('dialog', { name: 'Message of dense' })
    await message.getByText('{"flow":1}').waitFor()
    expect(await portray(page, 'set-aside-message')).toEqual([])
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      message.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(await readFile(await file.path(), 'utf8')).toBe('{"flow":1}')
    await message.getByRole('button', { name: 'Delete' }).click()
    const confirm = page.getByRole('dialog', { name: 'Delete this message?' })
    await confirm.getByRole('button', { name: 'Delete message' }).click()
    await main(page).getByText('No messages: all telemetry could be stored.').waitFor()
    await page.context().close()
  })

  it('changes between organizations, whose devices stay apart', async () => {
    const other = await createOrganization(administrator)
    await other.send('POST', '/api/v1/devices', { name: 'Freezer', id: 'freezer' })
    const page = await visit(browser, platform.url, administrator)
    await main(page).getByRole('link', { name: /Pump/ }).waitFor()

    await page.getByRole('button', { name: administrator.organization }).first().click()
    await page.getByRole('menuitemradio', { name: other.organization }).click()
    await page.waitForURL(`**/o/${other.organization}/devices`)
    await main(page)
      .getByRole('link', { name: /Freezer/ })
      .waitFor()
    expect(await main(page).getByRole('link', { name: /Pump/ }).count()).toBe(0)
    await live(page)

    // A phone has no room for that menu: the one of the person takes its place.
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('button', { name: /Account of/ }).click()
    await page.getByRole('menuitemradio', { name: other.organization, checked: true }).waitFor()
    await page.getByRole('menuitemradio', { name: administrator.organization }).click()
    await page.waitForURL(`**/o/${administrator.organization}/devices`)
    await page.setViewportSize({ width: 1440, height: 900 })

    await page.goto(`${platform.url}/o/${other.organization}/devices/pump`)
    await main(page).getByText('Device not found').waitFor()
    await page.goto(`${platform.url}/o/nobodys/devices`)
    await page.getByText('Organization not found').waitFor()
    await page.context().close()
  })

  it('changes the password of a person, and signs them out everywhere else', async () => {
    const viewer = await createViewer()
    const [page, elsewhere] = [
      await visit(browser, platform.url, viewer),
      await visit(browser, platform.url, viewer),
    ]
    await page
      .getByRole('button', { name: /Account of/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Your account' }).click()
    await page.waitForURL('**/account')
    const section = page.getByRole('region', { name: 'Password' })
    const [current, next] = ['Current password', 'New password'].map((name) =>
      section.getByRole('textbox', { name }),
    )
    const submit = section.getByRole('button', { name: 'Change password' })
    await current?.fill('not the password')
    await next?.fill('tangerine kettle 7')
    expect(await section.getByRole('checkbox', { name: 'Sign out everywhere else' }).isChecked()).toBe(true)
    await submit.click()
    await section.getByText('Is not your password.').waitFor()
    expect(await portray(page, 'account-password')).toEqual([])
    await current?.fill(viewer.password)
    await submit.click()
    await page.getByText('Your password was changed; you are signed out elsewhere').waitFor()

    await elsewhere.reload()
    await elsewhere.waitForURL('**/sign-in**')
    await page.reload()
    await page.getByRole('region', { name: 'Profile' }).waitFor()
    await page.getByRole('link', { name: 'Heliograph' }).click()
    await live(page)
    await Promise.all([page.context().close(), elsewhere.context().close()])
  })

  it('says who made an API key, and which are revoked with it', async () => {
    const maker = await administrator.send<{ key: string }>('POST', '/api/v1/api-keys', {
      name: 'Provisioning',
    })
    const script = createClient(platform.url, { authorization: `Bearer ${maker.key}` })
    await script.send('POST', '/api/v1/api-keys', { name: 'Line 3', role: 'viewer' })
    const page = await visit(browser, platform.url, administrator)
    await page.goto(`${platform.url}/o/${administrator.organization}/api-keys`)
    await main(page)
      .getByRole('row', { name: /^Line 3.*by the API key Provisioning/ })
      .waitFor()
    const row = main(page).getByRole('row', { name: /^Provisioning.*by Ada Admin/ })
    expect(await portray(page, 'api-key-makers')).toEqual([])
    await row.getByRole('button', { name: 'Revoke Provisioning' }).click()
    const dialog = page.getByRole('dialog', { name: 'Revoke Provisioning?' })
    await dialog.getByText('Keys that were made with it are revoked too: Line 3.').waitFor()
    await dialog.getByRole('button', { name: 'Revoke API key' }).click()
    await main(page).getByText('No API keys yet').waitFor()
    await page.context().close()
  })

  const createViewer = () => createMember(platform, administrator, 'viewer', 'Vera Viewer')
})
