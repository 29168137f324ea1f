import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  type MemberAccount,
  signIn,
} from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { type MailServer, startMailServer } from '../support/mail-server.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { live, main, visit } from './visitor.js'

describe('an account', () => {
  let mailServer: MailServer
  let platform: Platform
  let owner: Administrator
  let member: MemberAccount
  let browser: Browser

  beforeAll(async () => {
    mailServer = await startMailServer()
    platform = await startPlatform({ ownWeb: true, smtpUrl: mailServer.url })
    owner = await createAdministrator(platform)
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
    await mailServer?.close()
  })

  beforeEach(async () => {
    member = await createMember(platform, owner, 'operator', 'Mo Member', { mailServer })
  })

  /** A browser profile that nobody is signed in to. */
  const stranger = async (): Promise<Page> =>
    (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()

  const section = (page: Page, name: string) => page.getByRole('region', { name })

  async function openAccount(page: Page): Promise<void> {
    await page
      .getByRole('button', { name: /Account of/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Your account' }).click()
    await page.waitForURL('**/account')
    await section(page, 'Profile').waitFor()
  }

  it('gets a new password by a mailed link, which signs in', async () => {
    const elsewhere = await visit(browser, platform.url, member)
    const page = await stranger()
    await page.goto(`${platform.url}/sign-in`)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.waitForURL('**/forgot-password')
    await page.getByLabel('E-mail').fill(member.email)
    expect(await portray(page, 'forgot-password')).toEqual([])
    await page.getByRole('button', { name: 'Send link' }).click()
    await page.getByText('Check your mail').waitFor()
    expect(await portray(page, 'forgot-password-sent')).toEqual([])

    const { link } = await mailServer.next(member.email)
    await page.goto(link)
    await page.getByRole('textbox', { name: 'New password' }).fill('short')
    await page.getByRole('button', { name: 'Set password and sign in' }).click()
    await page.getByText('Must be at least 10 characters long.').waitFor()
    expect(await portray(page, 'reset-password')).toEqual([])
    await page.getByRole('textbox', { name: 'New password' }).fill('tangerine kettle 7')
    await page.getByRole('button', { name: 'Set password and sign in' }).click()
    await page.waitForURL(`**/o/${member.organization}`)
    await live(page)

    await elsewhere.reload()
    await elsewhere.waitForURL('**/sign-in**')
    const used = await stranger()
    await used.goto(link)
    await used.getByText('This link does not work', { exact: true }).waitFor()
    expect(await portray(used, 'reset-password-used')).toEqual([])
    await Promise.all([page, elsewhere, used].map((one) => one.context().close()))
  })

  it('shows where one is signed in, and ends sessions with their live pages', async () => {
    const [page, other] = [
      await visit(browser, platform.url, member),
      await visit(browser, platform.url, member),
    ]
    await openAccount(page)
    const rows = section(page, 'Where you are signed in').getByRole('row')
    await rows.filter({ hasText: 'this browser' }).waitFor()
    // The two pages, and the session by which the member was made.
    expect(await rows.count()).toBe(4)
    expect(await portray(page, 'account')).toEqual([])
    await section(page, 'Deletion').scrollIntoViewIfNeeded()
    expect(await portray(page, 'account-sessions')).toEqual([])

    const end = rows.filter({ hasText: 'Chrome' }).getByRole('button', { name: /^Sign out Chrome/ })
    await end.click()
    await page.getByText(/^Chrome.* was signed out$/).waitFor()
    await other.waitForURL('**/sign-in**')

    await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    const dialog = page.getByRole('dialog', { name: 'Sign out everywhere else?' })
    await dialog.getByText('One other session').waitFor()
    expect(await portray(page, 'account-sign-out-elsewhere')).toEqual([])
    await dialog.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await page.getByText('You are signed out everywhere else').waitFor()
    await expect.poll(() => rows.count()).toBe(2)

    const activity = section(page, 'Recent activity')
    await activity.getByText('2 sessions ended').or(activity.getByText('One session ended')).first().waitFor()
    await activity.getByText('Signed in by password').first().waitFor()
    await activity.scrollIntoViewIfNeeded()
    expect(await portray(page, 'account-activity')).toEqual([])
    await Promise.all([page.context().close(), other.context().close()])
  })

  it('changes its name, and its address by a mailed link', async () => {
    const page = await visit(browser, platform.url, member)
    await openAccount(page)
    await page.getByLabel('Name').fill('Moana Member')
    await page.getByRole('button', { name: 'Save name' }).click()
    await page.getByText('Saved: your name is Moana Member').waitFor()

    await page.getByRole('button', { name: 'Change e-mail' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change e-mail' })
    const email = `moana-${member.id.toLowerCase()}@example.com`
    await dialog.getByLabel('New e-mail').fill(email)
    await dialog.getByRole('textbox', { name: 'Your password' }).fill('not the password')
    await dialog.getByRole('button', { name: 'Send link' }).click()
    await dialog.getByText('Is not your password.').waitFor()
    expect(await portray(page, 'account-change-email')).toEqual([])
    await dialog.getByRole('textbox', { name: 'Your password' }).fill(member.password)
    await dialog.getByRole('button', { name: 'Send link' }).click()
    await page.getByText('Your address changes once you open it').waitFor()

    await page.goto((await mailServer.next(email)).link)
    expect(await portray(page, 'confirm-email')).toEqual([])
    await page.getByRole('button', { name: 'Confirm address' }).click()
    await page.getByText(`You sign in as ${email} from now on.`).waitFor()
    await signIn(platform, email, member.password)
    await page.context().close()
  })

  it('is deleted by its owner, unless it is the last of the platform', async () => {
    const page = await visit(browser, platform.url, owner)
    await openAccount(page)
    const open = async (who: Page, password: string) => {
      await who.getByRole('button', { name: 'Delete account…' }).click()
      const dialog = who.getByRole('dialog', { name: 'Delete your account?' })
      await dialog.getByRole('textbox', { name: 'Your password' }).fill(password)
      await dialog.getByRole('button', { name: 'Delete account' }).click()
      return dialog
    }
    const refused = await open(page, owner.password)
    await refused.getByText('You are the last administrator of this platform.').waitFor()
    expect(await portray(page, 'account-delete-refused')).toEqual([])

    const gone = await visit(browser, platform.url, member)
    await openAccount(gone)
    await open(gone, member.password)
    await gone.waitForURL('**/sign-in')
    await expect(signIn(platform, member.email, member.password)).rejects.toThrow('401')
    await Promise.all([page.context().close(), gone.context().close()])
  })

  it('is made by an invitation that was mailed', async () => {
    const page = await visit(browser, platform.url, owner)
    await page.goto(`${platform.url}/o/${owner.organization}/settings/members`)
    await main(page).getByRole('button', { name: 'Invite person' }).click()
    const dialog = page.getByRole('dialog', { name: 'Invite person' })
    await dialog.getByText('which is mailed to it too').waitFor()
    await dialog.getByLabel('E-mail').fill('guest@example.com')
    await dialog.getByRole('button', { name: 'Create link' }).click()
    const once = page.getByRole('dialog', { name: 'Invitation link' })
    await once.getByText('A link is on its way to guest@example.com.').waitFor()
    expect(await portray(page, 'invitation-mailed')).toEqual([])

    const guest = await stranger()
    await guest.goto((await mailServer.next('guest@example.com')).link)
    await guest.getByLabel('Your name').fill('Gus Guest')
    await guest.getByRole('textbox', { name: 'Password' }).fill('tangerine kettle 7')
    await guest.getByRole('button', { name: 'Create account and join' }).click()
    await guest.waitForURL(`**/o/${owner.organization}`)
    await live(guest)
    await Promise.all([page.context().close(), guest.context().close()])
  })

  it('is made by the link of an invitation once its address is confirmed', async () => {
    const issued = await owner.send<{ url: string }>('POST', '/api/v1/invitations', { role: 'viewer' })
    const page = await stranger()
    await page.goto(issued.url)
    await page.getByLabel('Your name').fill('Vic Viewer')
    await page.getByLabel('E-mail').fill('vic@example.com')
    await page.getByRole('textbox', { name: 'Password' }).fill('tangerine kettle 7')
    await page.getByRole('button', { name: 'Create account and join' }).click()
    await page.getByText('Check your mail').waitFor()
    expect(await portray(page, 'join-confirm-by-mail')).toEqual([])
    await page.goto((await mailServer.next('vic@example.com')).link)
    await page.getByRole('button', { name: 'Make account and join' }).click()
    await page.getByText('You are a member of').waitFor()
    expect(await portray(page, 'join-confirmed')).toEqual([])
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.waitForURL('**/sign-in**')
    await page.getByLabel('E-mail').fill('vic@example.com')
    await page.getByRole('textbox', { name: 'Password' }).fill('tangerine kettle 7')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/o/${owner.organization}`)
    await page.context().close()
  })

  it('says who makes a link for a new password where no mail is sent', async () => {
    await platform.restart({ SMTP_URL: '', MAIL_FROM: '' })
    const page = await stranger()
    await page.goto(`${platform.url}/forgot-password`)
    await page.getByText('npm run reset-password').waitFor()
    expect(await portray(page, 'forgot-password-command')).toEqual([])
    await page.context().close()
    await platform.restart()
  })
})
