import fs from 'node:fs'
import mqtt from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type PathProxy, startPathProxy } from '../support/path-proxy.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { hasOpenssl, makeServerCertificate } from '../support/server-certificate.js'
import { live, main } from './visitor.js'

const path = '/tools/iot'
const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }

/** What a person does at an address with a path, behind a proxy that other programs share. */
describe.each([
  { how: 'keeps the path, by TLS', keepsPath: true, hasTls: true, prefix: '__Secure-' },
  { how: 'removes the path, without TLS', keepsPath: false, hasTls: false, prefix: '' },
])('below a path, behind a proxy that $how', ({ keepsPath, hasTls, prefix }) => {
  const skipped = hasTls && !hasOpenssl
  const errors: string[] = []
  let proxy: PathProxy
  let platform: Platform
  let browser: Browser
  let page: Page
  let connection: { url: string; clientId: string; username: string; password: string; topic: string }

  beforeAll(async () => {
    if (skipped) return
    proxy = await startPathProxy({ path, keepsPath, ...(hasTls ? { tls: certificate() } : {}) })
    platform = await startPlatform({
      ownWeb: true,
      env: { PUBLIC_URL: proxy.url, TRUSTED_PROXIES: '127.0.0.1' },
    })
    proxy.passTo(platform.port)
    browser = await launchBrowser()
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      ignoreHTTPSErrors: true,
    })
    page = await context.newPage()
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message))
    page.on('console', (message) => {
      // A visitor who is not signed in asks who they are.
      if (message.type() === 'error' && !/status of 401/.test(message.text())) errors.push(message.text())
    })
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
    await proxy?.close()
  })

  it.skipIf(skipped)('sets up, signs out and signs in, with cookies of that path alone', async () => {
    await page.goto(proxy.url)
    await page.waitForURL(`${proxy.url}/setup`)
    await page.getByLabel('Your name').fill(person.name)
    await page.getByLabel('E-mail').fill(person.email)
    await page.getByRole('textbox', { name: 'Password' }).fill(person.password)
    await page.getByRole('textbox', { name: 'Organization' }).fill('Acme')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL(`${proxy.url}/o/acme/devices`)
    await live(page)
    await page.getByRole('button', { name: /Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL(`${proxy.url}/sign-in`)
    await page.goto(`${proxy.url}/o/acme/settings`)
    await page.waitForURL(`${proxy.url}/sign-in?next=%2Fo%2Facme%2Fsettings`)
    await page.getByLabel('E-mail').fill(person.email)
    await page.getByRole('textbox', { name: 'Password' }).fill(person.password)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${proxy.url}/o/acme/settings`)
    const cookies = await page.context().cookies(`${proxy.url}/api/auth/sign-out`)
    expect(cookies.map(({ name, path, httpOnly, secure }) => ({ name, path, httpOnly, secure }))).toEqual(
      expect.arrayContaining([
        { name: `${prefix}heliograph.session_token`, path, httpOnly: true, secure: hasTls },
        {
          name: `${prefix}heliograph.known_browser`,
          path: `${path}/api/auth`,
          httpOnly: true,
          secure: hasTls,
        },
      ]),
    )
    expect(await page.context().cookies(new URL('/', proxy.url).href)).toEqual([])
  })

  it.skipIf(skipped)('registers a device, whose addresses and examples have the path', async () => {
    await page.getByRole('link', { name: 'Devices' }).first().click()
    await page.waitForURL(`${proxy.url}/o/acme/devices`)
    await page.getByRole('button', { name: 'Register device' }).first().click()
    const form = page.getByRole('dialog')
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Pump')
    const issued = page.waitForResponse((response) => /\/credentials$/.test(response.url()))
    await form.getByRole('button', { name: 'Register device' }).click()
    const { urls, topics, ...credential } = await (await issued).json()
    expect(urls.ws).toBe(`${proxy.url.replace(/^http/, 'ws')}/mqtt`)
    connection = { ...credential, url: urls.ws, topic: topics.telemetry }
    const shown = page.getByRole('dialog', { name: 'Credential of Pump' })
    await shown.getByRole('tab', { name: 'HTTP' }).click()
    await shown.getByText(`${proxy.url}/api/v1/devices/pump/telemetry`).waitFor()
    expect(await portray(page, `base-path-${keepsPath ? 'kept' : 'removed'}-credential`)).toEqual([])
  })

  it.skipIf(skipped)(
    'shows live what the device sends by MQTT over WebSocket, and after a reload',
    async () => {
      await page.goto(`${proxy.url}/o/acme/devices/pump`)
      await live(page)
      const device = await mqtt.connectAsync(connection.url, { ...connection, rejectUnauthorized: false })
      await device.publishAsync(connection.topic, '{"temperature":21.5}', { qos: 1 })
      await main(page).getByText('21.5').first().waitFor()
      await device.endAsync()
      await page.reload()
      await main(page).getByText('21.5').first().waitFor()
      expect(await portray(page, `base-path-${keepsPath ? 'kept' : 'removed'}-live`)).toEqual([])
    },
  )

  it.skipIf(skipped)('answers REST and its documentation', async () => {
    const stored = await page.evaluate(async (prefix) => {
      const headers = { 'Heliograph-Org': 'acme' }
      const answer = await fetch(`${prefix}/api/v1/devices/pump/telemetry?keys=temperature`, { headers })
      return answer.json()
    }, path)
    expect(stored.items).toMatchObject([{ key: 'temperature', value: 21.5 }])
    await page.getByRole('button', { name: /Account of/ }).click()
    await page.getByRole('menuitem', { name: 'API documentation' }).click()
    await page.waitForURL(`${proxy.url}/api/docs`)
    expect(await page.getByLabel('Server').inputValue()).toBe(path)
    await page.getByRole('link', { name: 'Back to Heliograph' }).click()
    await page.waitForURL(`${proxy.url}/o/acme**`)
  })

  it.skipIf(skipped)('goes nowhere else on the host, in links too', async () => {
    await live(page)
    for (const name of ['API keys', 'Settings', 'Overview']) {
      await page.getByRole('link', { name }).first().click()
      await main(page).getByRole('heading', { level: 1 }).waitFor()
      const links = await page
        .locator('a[href^="/"]')
        .evaluateAll((all) => all.map((link) => link.getAttribute('href')))
      expect(links.length).toBeGreaterThan(3)
      expect(links.filter((href) => href !== path && !href?.startsWith(`${path}/`))).toEqual([])
    }
    expect(proxy.strays.filter((stray) => stray !== '/favicon.ico')).toEqual([])
    expect(errors).toEqual([])
  })
})

function certificate(): { key: Buffer; cert: Buffer } {
  const { certFile, keyFile, remove } = makeServerCertificate()
  const files = { key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile) }
  remove()
  return files
}
