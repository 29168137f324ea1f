import fs from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
} from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { device, main, visit } from './visitor.js'

describe('the audit, and the end of an organization', () => {
  let platform: Platform
  let owner: Administrator
  let browser: Browser
  let audit: string

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    owner = await createAdministrator(platform)
    audit = `${platform.url}/o/${owner.organization}/settings/audit`
    await device(owner, 'Pump', 'pump')
    await owner.send('PATCH', '/api/v1/devices/pump', { name: 'Pump of the north' })
    const member = await createMember(platform, owner, 'admin')
    for (let n = 0; n < 120; n += 1)
      await member.send('PATCH', '/api/v1/devices/pump', { tags: [`tag-${n}`] })
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  const rows = (page: Page) => main(page).locator('tbody tr')

  it('is read, filtered, searched, linked to, and loads older changes by itself', async () => {
    const page = await visit(browser, platform.url, owner)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await main(page).getByRole('link', { name: 'Audit' }).click()
    await main(page).getByText('Mo Member').first().waitFor()
    expect(await portray(page, 'audit')).toEqual([])
    await rows(page).last().scrollIntoViewIfNeeded()
    await expect.poll(() => rows(page).count(), { timeout: 30_000 }).toBeGreaterThan(60)

    await main(page).getByLabel('Action', { exact: true }).selectOption('Registered a device')
    await expect.poll(() => rows(page).count(), { timeout: 30_000 }).toBe(1)
    await main(page).getByRole('button', { name: 'Ada Admin', exact: true }).click()
    await main(page).getByRole('button', { name: 'device/pump', exact: true }).click()
    await page.waitForURL(/actor=person.*action=device\.create.*target=device/)
    await main(page).getByLabel('Action', { exact: true }).selectOption('Any action')
    await main(page).getByRole('searchbox', { name: 'Search the audit' }).fill('of the north')
    await expect.poll(() => rows(page).count(), { timeout: 30_000 }).toBe(1)

    // The keyboard opens the details, which say what was before and after, and from where.
    await main(page).getByRole('button', { name: 'Details of: Ada Admin changed a device' }).focus()
    await page.keyboard.press('Enter')
    await main(page).getByText('before: Pump', { exact: true }).waitFor()
    await main(page).getByText('after: Pump of the north').waitFor()
    await main(page).getByText('127.0.0.1').last().waitFor()
    expect(await portray(page, 'audit-details')).toEqual([])

    const linked = await page.context().newPage()
    await linked.goto(page.url())
    await expect.poll(() => rows(linked).count(), { timeout: 30_000 }).toBe(1)
    await main(linked).getByRole('searchbox', { name: 'Search the audit' }).fill('nothing at all')
    await main(linked).getByText('No change matches').waitFor()
    expect(await portray(linked, 'audit-empty')).toEqual([])
    await main(linked).getByRole('button', { name: 'Clear filters' }).click()
    await main(linked).getByText('Mo Member').first().waitFor()
    await linked.close()

    const saved = page.waitForEvent('download')
    await main(page).getByRole('button', { name: 'CSV export' }).click()
    const file = await fs.readFile((await (await saved).path()) ?? '', 'utf8')
    expect(file.trim().split('\r\n')).toHaveLength(2)
    expect(file).toContain('Pump of the north')
  })

  it('is not offered to a viewer, and says so at its address', async () => {
    const viewer = await createMember(platform, owner, 'viewer', 'Vera Viewer')
    const page = await visit(browser, platform.url, viewer)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await main(page).getByRole('link', { name: 'Members' }).waitFor()
    expect(await main(page).getByRole('link', { name: 'Audit' }).count()).toBe(0)
    expect(await main(page).getByRole('button', { name: 'Delete organization…' }).count()).toBe(0)
    await page.goto(audit)
    await main(page).getByText('Only admins and owners read the audit').waitFor()
  })

  it('says so when the platform does not answer', async () => {
    const page = await visit(browser, platform.url, owner)
    await page.route('**/api/v1/audit?*', (route) => route.abort())
    await page.route('**/api/v1/audit', (route) => route.abort())
    await page.goto(audit)
    await main(page).getByText('The audit could not be loaded').waitFor()
    expect(await portray(page, 'audit-broken')).toEqual([])
  })

  it('all organizations and their quotas are seen by a platform administrator', async () => {
    await createOrganization(owner, 'second')
    const page = await visit(browser, platform.url, owner)
    await page
      .getByRole('button', { name: /Account of/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Platform' }).click()
    await main(page)
      .getByRole('row', { name: /second/ })
      .waitFor()
    expect(await portray(page, 'organizations')).toEqual([])
    await main(page).getByRole('button', { name: 'Quotas of second' }).click()
    const dialog = page.getByRole('dialog', { name: 'Quotas of second' })
    await dialog.getByLabel('Devices').fill('0')
    await dialog.getByRole('button', { name: 'Save quotas' }).click()
    await dialog.getByText(/1 at least/).waitFor()
    await dialog.getByLabel('Devices').fill('12')
    expect(await portray(page, 'organizations-quotas')).toEqual([])
    await dialog.getByRole('button', { name: 'Save quotas' }).click()
    await page.getByText('Saved: the quotas of second').waitFor()
    const quotas = await owner.send<object>('GET', '/api/v1/organizations/second/quotas')
    expect(quotas).toMatchObject({ devices: { limit: 12, isDefault: false } })
  })

  it('the audit of the platform is read by a platform administrator, and by nobody else', async () => {
    await createMember(platform, owner, 'viewer', 'Vera Viewer')
    const page = await visit(browser, platform.url, owner)
    await page.goto(`${platform.url}/organizations`)
    await page.getByRole('link', { name: 'Audit' }).click()
    await page.waitForURL('**/audit')
    await main(page).getByLabel('Action', { exact: true }).selectOption('Signed in')
    await main(page).getByRole('button', { name: 'Vera Viewer', exact: true }).first().waitFor()
    expect(await portray(page, 'platform-audit')).toEqual([])
    const saved = page.waitForEvent('download')
    await main(page).getByRole('button', { name: 'NDJSON export' }).click()
    const lines = (await fs.readFile((await (await saved).path()) ?? '', 'utf8')).trim().split('\n')
    expect(lines.every((line) => JSON.parse(line).action === 'person.signIn')).toBe(true)
    await main(page).getByRole('searchbox', { name: 'Search the audit' }).fill('nothing at all')
    await main(page).getByText('No change matches').waitFor()
    await page.route('**/api/v1/platform/audit*', (route) => route.abort())
    await page.reload()
    await main(page).getByText('The audit could not be loaded').waitFor()

    const other = await visit(browser, platform.url, await createMember(platform, owner, 'owner'))
    await other.goto(`${platform.url}/audit`)
    await other.getByText('Only platform administrators see these pages').waitFor()
    expect(await portray(other, 'platform-refused')).toEqual([])
  })

  it('an owner transfers the ownership, and the next owner deletes the organization by its name', async () => {
    const organization = await createOrganization(owner, 'ending')
    await organization.send('POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })
    const successor = await createMember(platform, organization, 'viewer', 'Sue Successor')
    const page = await visit(browser, platform.url, { ...owner, organization: 'ending' })
    await page.goto(`${platform.url}/o/ending/settings/members`)
    await main(page).getByRole('button', { name: 'Transfer ownership' }).click()
    const transfer = page.getByRole('dialog', { name: 'Transfer ownership of ending' })
    await transfer.getByLabel('New owner').selectOption({ label: `Sue Successor (${successor.email})` })
    expect(await portray(page, 'transfer-ownership')).toEqual([])
    await transfer.getByRole('button', { name: 'Transfer ownership' }).click()
    await page.getByText('Sue Successor is an owner now, and you are an admin').waitFor()

    const next = await visit(browser, platform.url, successor)
    await next.goto(`${platform.url}/o/ending/settings`)
    await main(next).getByRole('button', { name: 'Delete organization…' }).click()
    const dialog = next.getByRole('dialog', { name: 'Delete ending?' })
    await dialog.getByText('1 device with all credentials').waitFor()
    await dialog.getByText('the access of 2 members').waitFor()
    expect(await portray(next, 'delete-organization')).toEqual([])
    const confirm = dialog.getByRole('button', { name: 'Delete organization' })
    await dialog.getByLabel('Type ending to confirm').fill('endin')
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByLabel('Type ending to confirm').fill('ending')
    await confirm.click()
    await next.getByRole('heading', { name: 'No organization' }).waitFor()
    // On the page that another member has open, without a reload.
    await page.getByText('Organization not found').waitFor()
  })
})
