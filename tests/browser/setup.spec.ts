import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/chromium.js'
import { type Platform, startPlatform } from '../support/platform.js'

describe('the set-up page of a host that others reach', () => {
  let platform: Platform
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true, env: { HOST: '0.0.0.0' } })
    browser = await launchBrowser()
    page = await browser.newPage()
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  it('says at their fields that a password is guessed first and that a code is wrong, and keeps the rest', async () => {
    await page.goto(`${platform.url}/setup`)
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByRole('textbox', { name: 'Organization' }).fill('Acme')
    const code = /one-time code: ([A-Z0-9]+)/.exec(platform.logs())?.[1] ?? ''

    await submit({ password: 'too short', code })
    await page.getByText('Must be at least 10 characters long.').waitFor()
    await page.getByRole('textbox', { name: 'Password' }).and(page.locator(':focus')).waitFor()
    await submit({ password: 'qwertyuiop', code })
    await page.getByText('Is one of the commonest passwords; choose another.').waitFor()
    await submit({ password: 'correct horse battery', code: 'WRONG' })
    await page.getByText('This is not the one-time code. The log of this start shows it.').waitFor()
    await page.getByLabel('One-time code').and(page.locator(':focus')).waitFor()
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ada')
    await submit({ password: 'correct horse battery', code })
    await page.waitForURL('**/o/acme/devices')
  })

  async function submit({ password, code }: { password: string; code: string }): Promise<void> {
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.getByLabel('One-time code').fill(code)
    await page.getByRole('button', { name: 'Create account' }).click()
  }
})
