import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createMember } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { totp } from '../support/totp.js'
import { live, main, visit } from './visitor.js'

describe('an organization that requires two-factor', () => {
  let platform: Platform
  let owner: Administrator
  let browser: Browser

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    owner = await createAdministrator(platform)
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  it('says who loses access, closes their open pages, and lets them in once they set it up', async () => {
    const member = await createMember(platform, owner, 'operator', 'Mo Member')
    const memberPage = await visit(browser, platform.url, member)
    const page = await visit(browser, platform.url, owner)
    await page.goto(`${platform.url}/o/${owner.organization}/settings`)
    const section = main(page).getByRole('region', { name: 'Two-factor' })
    await section.getByText('To change it, set up two-factor in').waitFor()
    expect(await section.getByRole('button').count()).toBe(0)

    const started = await owner.send<{ totpURI: string }>('POST', '/api/auth/two-factor/enable', {
      password: owner.password,
    })
    const secret = new URL(started.totpURI).searchParams.get('secret') ?? ''
    const code = totp(secret, { stepsAhead: -1 })
    await owner.send('POST', '/api/auth/two-factor/verify-totp', { code })
    await page.reload()
    await section.getByRole('button', { name: 'Require two-factor…' }).click()
    const dialog = page.getByRole('dialog', { name: `Require two-factor in ${owner.organization}?` })
    await dialog.getByText(`Mo Member (${member.email})`).waitFor()
    expect(await dialog.getByText('Ada Admin').count()).toBe(0)
    expect(await portray(page, 'two-factor-require')).toEqual([])
    await dialog.getByRole('button', { name: 'Require two-factor' }).click()
    await section.getByText('required', { exact: true }).waitFor()
    expect(await portray(page, 'two-factor-required-settings')).toEqual([])

    // On the page that the member has open, without a reload.
    await memberPage.getByRole('heading', { name: `${owner.organization} requires two-factor` }).waitFor()
    expect(await portray(memberPage, 'two-factor-required')).toEqual([])
    await memberPage.getByRole('link', { name: 'Set up two-factor' }).click()
    await memberPage.waitForURL('**/account')
    const own = memberPage.getByRole('region', { name: 'Two-factor' })
    await own.getByRole('button', { name: 'Turn on' }).click()
    const setup = memberPage.getByRole('dialog')
    await setup.getByLabel('Your password').fill(member.password)
    await memberPage.keyboard.press('Enter')
    const shown = (await setup.getByText(/^[A-Z2-7]{32,}$/).textContent()) ?? ''
    await setup.getByLabel('Code', { exact: true }).fill(totp(shown))
    await memberPage.keyboard.press('Enter')
    await setup.getByRole('button', { name: 'I have stored them' }).click()
    await memberPage.goto(`${platform.url}/o/${owner.organization}/devices`)
    await live(memberPage)

    await section.getByRole('button', { name: 'Stop requiring it…' }).click()
    const release = page.getByRole('dialog', { name: `Stop requiring two-factor in ${owner.organization}?` })
    await release.getByRole('button', { name: 'Stop requiring it' }).click()
    await page.getByText('Saved: two-factor is not required').waitFor()
  })
})
