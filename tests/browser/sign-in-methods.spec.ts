import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createMember } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { createClient } from '../support/http-client.js'
import { type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { totp } from '../support/totp.js'
import { main, visit } from './visitor.js'

let platform: Platform
let provider: OpenIdProvider
let administrator: Administrator
let browser: Browser
/** Passkeys work at names alone, so that the pages are not at 127.0.0.1. */
let url: string

beforeAll(async () => {
  platform = await startPlatform({ ownWeb: true })
  url = `http://localhost:${platform.port}`
  administrator = await createAdministrator(platform)
  provider = await startOpenIdProvider(url)
  await platform.restart({
    ...provider.env,
    PUBLIC_URL: url,
    OIDC_NAME: 'Example',
    OIDC_ROLE_MAP: `staff=${administrator.organization}:viewer`,
  })
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await platform?.stop()
  await provider?.stop()
})

const dialog = (page: Page) => page.getByRole('dialog')
const section = (page: Page, name: string) => main(page).getByRole('region', { name, exact: true })

async function signOut(page: Page): Promise<void> {
  // Those of the provider too, which would know the person again.
  await page.context().clearCookies()
  await page.goto(`${url}/sign-in`)
}

async function enterPassword(page: Page, { email, password }: { email: string; password: string }) {
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.keyboard.press('Enter')
}

describe('two-factor', () => {
  it('is turned on, asks for a code or a recovery code, and is turned off', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const page = await visit(browser, url, member)
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== new URL(url).host)
        foreign.push(request.url())
    })
    await page.goto(`${url}/account`)
    await section(page, 'Two-factor').getByText('your password alone is enough to sign in').waitFor()
    expect(await portray(page, 'account-sign-in')).toEqual([])
    await section(page, 'Two-factor').getByRole('button', { name: 'Turn on' }).click()
    await dialog(page).getByLabel('Your password').fill('a wrong password')
    await page.keyboard.press('Enter')
    await dialog(page).getByText('is not your password').waitFor()
    await dialog(page).getByLabel('Your password').fill(member.password)
    await page.keyboard.press('Enter')

    await dialog(page)
      .getByRole('img', { name: /QR code/ })
      .waitFor()
    const secret =
      (await dialog(page)
        .getByText(/^[A-Z2-7]{32,}$/)
        .textContent()) ?? ''
    expect(await portray(page, 'two-factor-setup')).toEqual([])
    await dialog(page).getByLabel('Code', { exact: true }).fill('000000')
    await page.keyboard.press('Enter')
    await dialog(page)
      .getByText(/is not right/i)
      .waitFor()
    await dialog(page)
      .getByLabel('Code', { exact: true })
      .fill(totp(secret, { stepsAhead: -1 }))
    await page.keyboard.press('Enter')

    const codes = dialog(page).getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
    await codes.first().waitFor()
    const shown = await codes.allTextContents()
    expect(shown).toHaveLength(10)
    expect(await portray(page, 'recovery-codes')).toEqual([])
    await page.keyboard.press('Escape')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog(page).getByRole('button', { name: 'Download' }).click(),
    ])
    const saved = await readFile(await file.path(), 'utf8')
    for (const code of shown) expect(saved).toContain(code)
    await dialog(page).getByRole('button', { name: 'I have stored them' }).click()
    await section(page, 'Two-factor').getByText('10 of 10 recovery codes are left').waitFor()
    expect(foreign).toEqual([])

    await signOut(page)
    await enterPassword(page, member)
    await page.getByLabel('Code', { exact: true }).fill('000000')
    await page.keyboard.press('Enter')
    await page.getByText(/is not right/i).waitFor()
    expect(await portray(page, 'sign-in-code')).toEqual([])
    await page.getByLabel('Code', { exact: true }).fill(totp(secret))
    await page.keyboard.press('Enter')
    await page.waitForURL('**/o/**')

    await signOut(page)
    await enterPassword(page, member)
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('Recovery code').fill(shown[0] ?? '')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/o/**')
    await page.goto(`${url}/account`)
    await section(page, 'Two-factor').getByText('9 of 10 recovery codes are left').waitFor()

    await section(page, 'Two-factor').getByRole('button', { name: 'Turn off' }).click()
    await dialog(page).getByLabel('Your password').fill(member.password)
    await dialog(page).getByRole('button', { name: 'Turn off' }).click()
    await section(page, 'Two-factor').getByText('your password alone is enough to sign in').waitFor()
    await page.context().close()
  })
})

/** A device that makes passkeys, in the browser itself. */
async function addAuthenticator(page: Page, { verifies = true } = {}): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: verifies,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  })
}

describe('a passkey', () => {
  it('signs in alone, once for each challenge, and no longer when it is removed', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const page = await visit(browser, url, member)
    await addAuthenticator(page)
    await page.goto(`${url}/account`)
    await section(page, 'Passkeys').getByRole('button', { name: 'Add passkey' }).click()
    await dialog(page).getByLabel('Name').fill('My laptop')
    await dialog(page).getByLabel('Your password').fill('a wrong password')
    await page.keyboard.press('Enter')
    await dialog(page).getByText('is not your password').waitFor()
    await dialog(page).getByLabel('Your password').fill(member.password)
    await page.keyboard.press('Enter')
    await section(page, 'Passkeys').getByText('My laptop').waitFor()
    expect(await portray(page, 'account-passkey')).toEqual([])

    await signOut(page)
    const sent = page.waitForRequest('**/passkey/verify-authentication')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL('**/o/**')
    const request = await sent
    const replay = await createClient(url, { cookie: (await request.allHeaders()).cookie ?? '' }).request(
      'POST',
      '/api/auth/passkey/verify-authentication',
      request.postDataJSON(),
    )
    expect(replay.status).toBe(400)
    expect(await replay.json()).toMatchObject({ code: 'challenge_not_found' })

    await page.goto(`${url}/account`)
    await section(page, 'Passkeys').getByRole('button', { name: 'Remove My laptop' }).click()
    await dialog(page).getByRole('button', { name: 'Remove passkey' }).click()
    await section(page, 'Passkeys').getByText('You have no passkeys.').waitFor()
    await signOut(page)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('No account has this passkey').waitFor()
    expect(await portray(page, 'sign-in-passkey-refused')).toEqual([])
    await page.context().close()
  })

  it('is refused when it did not ask for a PIN, a finger or a face', async () => {
    const member = await createMember(platform, administrator, 'viewer')
    const page = await visit(browser, url, member)
    await addAuthenticator(page, { verifies: false })
    await page.goto(`${url}/account`)
    const answer = await page.evaluate(
      async ({ password }) => {
        const options = await (await fetch('/api/auth/passkey/generate-register-options')).json()
        options.authenticatorSelection.userVerification = 'discouraged'
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
        const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
        const response = credential.toJSON()
        const answer = await fetch('/api/auth/passkey/verify-registration', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'x', password, response }),
        })
        return { status: answer.status, body: await answer.json() }
      },
      { password: member.password },
    )
    expect(answer).toMatchObject({ status: 403, body: { code: 'passkey_without_verification' } })
    await page.context().close()
  })
})

describe('an OpenID provider', () => {
  it('signs in who is in a group of the map, and says what to do to who has an account already', async () => {
    provider.people.set('pia', {
      name: 'Pia Provided',
      email: 'pia@example.com',
      email_verified: true,
      groups: ['staff'],
    })
    provider.person = 'pia'
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    await page.goto(`${url}/sign-in`)
    const button = page.getByRole('button', { name: 'Sign in with Example' })
    await button.waitFor()
    expect(await portray(page, 'sign-in-ways')).toEqual([])
    await button.click()
    await page.waitForURL('**/o/**')
    await page.goto(`${url}/account`)
    await section(page, 'Password').getByText('You have no password: you sign in with Example').waitFor()
    expect(await section(page, 'Two-factor').count()).toBe(0)
    expect(await portray(page, 'account-provider')).toEqual([])

    const member = await createMember(platform, administrator, 'viewer')
    provider.people.set('mo', { name: 'Mo', email: member.email, email_verified: true, groups: [] })
    provider.person = 'mo'
    await signOut(page)
    await button.click()
    await page.getByText('There is an account with your e-mail address already').waitFor()
    expect(await portray(page, 'sign-in-not-connected')).toEqual([])
    await enterPassword(page, member)
    await page.waitForURL('**/o/**')
    await page.goto(`${url}/account`)
    await section(page, 'Example').getByRole('button', { name: 'Connect' }).click()
    await section(page, 'Example')
      .getByText(/You may sign in with Example since/)
      .waitFor()
    await signOut(page)
    await button.click()
    await page.waitForURL('**/o/**')
    await page.goto(`${url}/account`)
    await section(page, 'Example').getByRole('button', { name: 'Disconnect' }).click()
    await dialog(page).getByRole('button', { name: 'Disconnect' }).click()
    await section(page, 'Example').getByRole('button', { name: 'Connect' }).waitFor()
    await page.context().close()
  })
})
