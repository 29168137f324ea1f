import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  invite,
} from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { device, live, main, visit } from './visitor.js'

describe('members and invitations', () => {
  let platform: Platform
  let owner: Administrator
  let browser: Browser
  let home: string

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    owner = await createAdministrator(platform)
    home = `${platform.url}/o/${owner.organization}`
    await device(owner, 'Pump', 'pump')
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  /** A browser profile that nobody is signed in to. */
  const stranger = async (): Promise<Page> =>
    (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()

  const row = (page: Page, name: string | RegExp) => main(page).getByRole('row', { name })

  it('invites a person, who joins with a new account and is given and loses a role', async () => {
    const page = await visit(browser, platform.url, owner)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await main(page).getByRole('link', { name: 'Members' }).click()
    await main(page).getByText('No open invitations.').waitFor()
    await main(page).getByRole('button', { name: 'Invite person' }).click()
    const dialog = page.getByRole('dialog', { name: 'Invite person' })
    await dialog.getByLabel('Role').selectOption('Operator')
    await dialog.getByText('Changes devices and sends messages to applications').waitFor()
    expect(await portray(page, 'members-invite')).toEqual([])
    await dialog.getByRole('button', { name: 'Create link' }).click()
    const once = page.getByRole('dialog', { name: 'Invitation link' })
    const link = (await once.locator('code').textContent()) ?? ''
    expect(link).toContain(`${platform.url}/join#hg_inv_`)
    expect(await portray(page, 'members-link')).toEqual([])
    await once.getByRole('button', { name: 'I have copied it' }).click()
    await row(page, /Anyone with the link.*operator.*Ada Admin/).waitFor()
    expect(await portray(page, 'members-open-invitation')).toEqual([])

    const guest = await stranger()
    await guest.goto(link)
    await guest.getByRole('heading', { name: `Join ${owner.organization} as operator` }).waitFor()
    await guest.getByText(/^Ada Admin invites you. The link works until /).waitFor()
    expect(await portray(guest, 'join-new-account')).toEqual([])
    await guest.getByLabel('Your name').fill('Olga Operator')
    await guest.getByLabel('E-mail').fill('olga@example.com')
    const password = guest.getByRole('textbox', { name: 'Password' })
    await password.fill('olga@example.com')
    await guest.getByRole('button', { name: 'Create account and join' }).click()
    await guest.getByText('Is made from your own name, address or organization').waitFor()
    await password.fill('tangerine kettle 7')
    await guest.keyboard.press('Enter')
    await guest.waitForURL(home)
    await guest.goto(`${home}/devices/pump/settings`)
    await main(guest).getByRole('button', { name: 'Save changes' }).waitFor()
    expect(await main(guest).getByRole('button', { name: 'Delete device…' }).count()).toBe(0)
    await live(guest)

    await row(page, /Olga Operator/).waitFor()
    await main(page).getByRole('button', { name: 'Role of Olga Operator: operator' }).click()
    await page.getByRole('menuitemradio', { name: /^Admin/ }).waitFor()
    expect(await portray(page, 'members-role-menu')).toEqual([])
    await page.getByRole('menuitemradio', { name: /^Admin/ }).click()
    await page.getByText('Olga Operator is admin now').waitFor()
    // On the page that is open, without a reload.
    await main(guest).getByRole('button', { name: 'Delete device…' }).waitFor()
    await live(guest)

    await main(page).getByRole('button', { name: 'Role of Olga Operator: admin' }).click()
    await page.getByRole('menuitemradio', { name: /^Viewer/ }).click()
    const lower = page.getByRole('dialog', { name: 'Make Olga Operator viewer?' })
    expect(await portray(page, 'members-lower')).toEqual([])
    await lower.getByRole('button', { name: 'Make viewer' }).click()
    await main(guest).getByText('Your role, viewer, may not change this.').waitFor()
    expect(await main(guest).getByRole('button', { name: 'Delete device…' }).count()).toBe(0)
    await live(guest)

    await row(page, /Olga Operator/)
      .getByRole('button', { name: 'Remove Olga Operator' })
      .click()
    const remove = page.getByRole('dialog', { name: 'Remove Olga Operator?' })
    await remove.getByText('access to the devices and data of').waitFor()
    await remove.getByRole('button', { name: 'Remove member' }).click()
    await guest.getByText('Organization not found').waitFor()
    await guest.goto(platform.url)
    await guest.getByRole('heading', { name: 'No organization' }).waitFor()
    await guest.getByText('olga@example.com').waitFor()
    expect(await portray(guest, 'no-organization')).toEqual([])
    await guest.goto('about:blank')
    await guest.goto(link)
    await guest.getByRole('heading', { name: 'This invitation was used already' }).waitFor()
    expect(await portray(guest, 'join-used')).toEqual([])
    await Promise.all([page.context().close(), guest.context().close()])
  })

  it('names the keys that end with a member, and lets a person sign in and join again', async () => {
    const person = await createMember(platform, owner, 'admin', 'Ada Second')
    await person.send('POST', '/api/v1/api-keys', { name: 'Nightly export' })
    const page = await visit(browser, platform.url, owner)
    await page.goto(`${home}/settings/members`)
    await row(page, /Ada Second/)
      .getByRole('button', { name: 'Remove Ada Second' })
      .click()
    const remove = page.getByRole('dialog', { name: 'Remove Ada Second?' })
    await remove.getByText('the API key that they made (Nightly export)').waitFor()
    expect(await portray(page, 'members-remove')).toEqual([])
    await remove.getByRole('button', { name: 'Remove member' }).click()
    await page.getByText('Ada Second was removed').waitFor()

    const token = await invite(owner, { role: 'viewer', email: person.email })
    const guest = await stranger()
    await guest.goto(`${platform.url}/join#${token}`)
    await guest.getByRole('button', { name: 'I have an account' }).click()
    expect(await guest.getByLabel('E-mail').inputValue()).toBe(person.email)
    await guest.getByRole('textbox', { name: 'Password' }).fill(person.password)
    await guest.getByRole('button', { name: 'Sign in and join' }).click()
    await guest.waitForURL(home)

    // Leaving is offered to everybody.
    await guest.goto(`${home}/settings/members`)
    expect(
      await main(guest)
        .getByRole('button', { name: /Invite|Role of/ })
        .count(),
    ).toBe(0)
    await row(guest, /Ada Second/).waitFor()
    expect(await portray(guest, 'members-viewer')).toEqual([])
    await main(guest).getByRole('button', { name: 'Leave the organization' }).click()
    await guest.getByRole('button', { name: 'Leave organization' }).click()
    await guest.getByRole('heading', { name: 'No organization' }).waitFor()
    await Promise.all([page.context().close(), guest.context().close()])
  })

  it('tells a member that they need no link', async () => {
    const page = await visit(browser, platform.url, owner)
    await page.goto(`${platform.url}/join#${await invite(owner, { role: 'viewer' })}`)
    await page.getByText('You are a member of').waitFor()
    expect(await portray(page, 'join-member-already')).toEqual([])
    await page.context().close()
  })

  it('lets who is signed in join by one button, unless the link is for somebody else', async () => {
    const other = await createOrganization(owner)
    const person = await createMember(platform, owner, 'viewer', 'Vera Viewer')
    const page = await visit(browser, platform.url, person)
    const forBo = await invite(other, { role: 'viewer', email: 'bo@example.com' })
    await page.goto(`${platform.url}/join#${await invite(other, { role: 'operator' })}`)
    await page.getByRole('heading', { name: `Join ${other.organization} as operator` }).waitFor()
    expect(await portray(page, 'join-signed-in')).toEqual([])
    await page.getByRole('button', { name: `Join ${other.organization}` }).click()
    await page.waitForURL(`${platform.url}/o/${other.organization}`)

    await other.send('DELETE', `/api/v1/members/${person.id}`)
    await page.goto(`${platform.url}/join#${forBo}`)
    await page.getByText('The invitation is for bo@example.com').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Your name').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe('bo@example.com')
    await page.goto(`${platform.url}/join#hg_inv_unknown`)
    await page.getByRole('heading', { name: 'This invitation is not known' }).waitFor()
    await page.goto(`${platform.url}/join`)
    await page.getByRole('heading', { name: 'This link is incomplete' }).waitFor()
    await page.context().close()
  })

  it('revokes an invitation, and renames the organization', async () => {
    const page = await visit(browser, platform.url, owner)
    await owner.send('POST', '/api/v1/invitations', { role: 'viewer', email: 'zoe@example.com' })
    await page.goto(`${home}/settings/members`)
    await main(page).getByRole('button', { name: 'Revoke the invitation for zoe@example.com' }).click()
    await page.getByRole('button', { name: 'Revoke invitation' }).click()
    await page.getByText('The invitation was revoked').waitFor()
    expect(await row(page, /zoe@example.com/).count()).toBe(0)

    await main(page).getByRole('link', { name: 'General' }).click()
    await main(page).getByLabel('Name').fill('Acme Works')
    await main(page).getByRole('button', { name: 'Save changes' }).first().click()
    await page.getByText('Saved: the organization is called Acme Works').waitFor()
    await page.getByRole('complementary').getByText('Acme Works').waitFor()
    await page.context().close()
  })
})
