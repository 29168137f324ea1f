import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { createClient } from '../support/http-client.js'
import { type MailServer, startMailServer } from '../support/mail-server.js'
import { type PathProxy, startPathProxy } from '../support/path-proxy.js'
import { type Platform, startPlatform } from '../support/platform.js'

const path = '/iot'
const password = 'tangerine kettle 7'

describe('links in mails, below a path', () => {
  let mailServer: MailServer
  let proxy: PathProxy
  let platform: Platform
  let administrator: Administrator
  let browser: Browser

  beforeAll(async () => {
    mailServer = await startMailServer()
    proxy = await startPathProxy({ path, keepsPath: false })
    platform = await startPlatform({
      ownWeb: true,
      smtpUrl: mailServer.url,
      env: { PUBLIC_URL: proxy.url, TRUSTED_PROXIES: '127.0.0.1' },
    })
    proxy.passTo(platform.port)
    administrator = await createAdministrator(platform)
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
    await proxy?.close()
    await mailServer?.close()
  })

  it('lead to a new password', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${proxy.url}/sign-in`)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.waitForURL(`${proxy.url}/forgot-password`)
    await page.getByLabel('E-mail').fill(administrator.email)
    await page.getByRole('button', { name: 'Send link' }).click()
    const { link } = await mailServer.next(administrator.email)
    expect(link).toMatch(new RegExp(`^${proxy.url}/reset-password#[\\w.-]+$`))
    await page.goto(link)
    await page.getByRole('textbox', { name: 'New password' }).fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${proxy.url}/o/${administrator.organization}**`)
    expect(proxy.strays.filter((stray) => stray !== '/favicon.ico')).toEqual([])
  })

  it('let somebody who is invited join, by mail and by the link to copy', async () => {
    const signedIn = createClient(platform.url, { origin: new URL(proxy.url).origin })
    const answer = await signedIn.request('POST', '/api/auth/sign-in/email', {
      email: administrator.email,
      password,
    })
    const owner = signedIn.with({
      authorization: `Bearer ${answer.headers.get('set-auth-token')}`,
      'heliograph-org': administrator.organization,
    })
    const { url } = await owner.send<{ url: string }>('POST', '/api/v1/invitations', {
      role: 'viewer',
      email: 'nia@example.com',
    })
    const { link } = await mailServer.next('nia@example.com')
    for (const one of [url, link]) expect(one).toMatch(new RegExp(`^${proxy.url}/join#[\\w.-]+$`))
    const page = await (await browser.newContext()).newPage()
    await page.goto(link)
    await page.getByLabel('Your name').fill('Nia New')
    await page.getByRole('textbox', { name: 'Password' }).fill('copper lantern 31')
    await page.getByRole('button', { name: 'Create account and join' }).click()
    await page.waitForURL(`${proxy.url}/o/${administrator.organization}**`)
  })
})
