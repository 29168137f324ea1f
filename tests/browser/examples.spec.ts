import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IssuedApplication } from '@heliograph/protocol'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { freePort } from '../support/free-port.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'

describe('the examples, on an origin of their own', () => {
  let platform: Platform
  let admin: Administrator
  let org: string
  let browser: Browser
  let origin: string
  const processes: ChildProcess[] = []

  /** Runs a script of the examples until the tests are over. */
  const run = (script: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, [inProject('examples', script), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    processes.push(child)
    return child
  }

  beforeAll(async () => {
    platform = await startPlatform()
    admin = await createAdministrator(platform)
    org = admin.organization
    browser = await launchBrowser()
    const port = await freePort()
    origin = `http://localhost:${port}`
    await once(run('serve.mjs', [String(port)]).stdout ?? process.stdin, 'data')
  })

  afterAll(async () => {
    for (const child of processes) child.kill()
    await browser?.close()
    await platform?.stop()
  })

  const application = (subscribe: string[], publish: string[]) =>
    admin.send<IssuedApplication>('POST', '/api/v1/applications', {
      name: 'Example',
      subscribe,
      publish,
      origins: [origin],
    })

  /** Opens a page in a browser profile of its own. */
  const open = async (path: string, { username, password }: IssuedApplication): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    const hash = new URLSearchParams({ url: platform.mqttWebSocketUrl, org, username, password })
    await page.goto(`${origin}${path}#${hash}`)
    await page.getByRole('status').getByText('connected', { exact: true }).waitFor()
    return page
  }

  it('a chat tells who is there, by a will also when a page is gone', async () => {
    const chat = await application([`${org}/apps/chat/#`], [`${org}/apps/chat/#`])
    const ann = await open('/chat/?name=Ann', chat)
    await ann.getByText('Here: Ann').waitFor()
    const bob = await open('/chat/?name=Bob', chat)
    for (const page of [ann, bob]) await page.getByText('Here: Ann, Bob').waitFor()
    await bob.getByLabel('Message').fill('Is the pump on?')
    await bob.keyboard.press('Enter')
    await ann.getByText('Bob: Is the pump on?').waitFor()
    await ann.getByLabel('Message').fill('It is.')
    await ann.getByRole('button', { name: 'Send' }).click()
    for (const page of [ann, bob]) await page.getByText('Ann: It is.').waitFor()
    expect(await portray(ann, 'example-chat')).toEqual([])
    // A crash, in which the page says nothing more.
    await bob.goto('chrome://crash').catch(() => {})
    await ann.getByText('Here: Ann', { exact: true }).waitFor()
    await ann.context().close()
  })

  it('a ticker reaches every page, which may not publish', async () => {
    const publisher = await application([], [`${org}/apps/ticker/#`])
    const reader = await application([`${org}/apps/ticker/+`], [])
    const { username, password } = publisher
    run('ticker/publish.mjs', [platform.mqttTcpUrl], { ORG: org, USERNAME: username, PASSWORD: password })
    const pages = [await open('/ticker/', reader), await open('/ticker/', reader)]
    for (const page of pages) {
      const tick = page.getByRole('row', { name: 'SUN' }).getByRole('cell').last()
      const first = Number(await tick.textContent())
      await expect.poll(async () => Number(await tick.textContent())).toBeGreaterThan(first)
      await page.getByRole('row', { name: /MOON \d+\.\d\d/ }).waitFor()
    }
    expect(await portray(pages[0] as Page, 'example-ticker')).toEqual([])
    for (const page of pages) await page.context().close()
  })

  it('a text is the same for those who edit it at once, and for who comes later', async () => {
    const text = await application([`${org}/apps/text/#`], [`${org}/apps/text/#`])
    const [ann, bob] = [await open('/text/', text), await open('/text/', text)]
    const shown = (page: Page) => page.getByLabel('Text').inputValue()
    await ann.getByLabel('Text').pressSequentially('pump')
    await expect.poll(() => shown(bob)).toBe('pump')
    await bob.getByLabel('Text').focus()
    await bob.keyboard.press('Home')
    await Promise.all([
      ann.getByLabel('Text').pressSequentially(' is on'),
      bob.keyboard.type('The ', { delay: 20 }),
    ])
    for (const page of [ann, bob]) await expect.poll(() => shown(page)).toBe('The pump is on')

    await bob.context().setOffline(true)
    await ann.getByLabel('Text').press('End')
    await ann.getByLabel('Text').pressSequentially('.')
    await bob.context().setOffline(false)
    await expect.poll(() => shown(bob)).toBe('The pump is on.')
    expect(await portray(ann, 'example-text')).toEqual([])
    await Promise.all([ann.context().close(), bob.context().close()])
    const carol = await open('/text/', text)
    await expect.poll(() => shown(carol)).toBe('The pump is on.')
    await carol.context().close()
  })

  it('a page of an origin that its application does not allow is refused', async () => {
    const elsewhere = await admin.send<IssuedApplication>('POST', '/api/v1/applications', {
      name: 'Elsewhere',
      subscribe: [`${org}/apps/ticker/+`],
      origins: ['https://example.com'],
    })
    const page = await (await browser.newContext()).newPage()
    const { username, password } = elsewhere
    const hash = new URLSearchParams({ url: platform.mqttWebSocketUrl, org, username, password })
    await page.goto(`${origin}/ticker/#${hash}`)
    await page
      .getByRole('status')
      .getByText(/^not connected: .*Not authorized|disconnected/)
      .waitFor()
    await page.context().close()
  })
})
