import fs from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeSeries } from '../integration/telemetry/reading-support.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { hasMosquitto } from '../support/publish.js'
import { connectSocket, ended } from './device-socket.js'
import { device, main, visit } from './visitor.js'

describe('devices', () => {
  let platform: Platform
  let administrator: Administrator
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    browser = await launchBrowser()
    page = await visit(browser, platform.url, administrator)
  })

  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  it('registers a device by keyboard alone, and the focus is seen and comes back', async () => {
    await main(page).getByRole('button', { name: 'Register device' }).first().waitFor()
    await tabTo('Register device')
    expect(await focusOutlinePx()).toBeGreaterThan(0)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await expect.poll(focused).toBe('Register device')

    await page.keyboard.press('Enter')
    const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name', exact: true })
    await name.and(page.locator(':focus')).waitFor()
    await page.keyboard.type('Greenhouse')
    await page.keyboard.press('Enter')
    const shown = page.getByRole('dialog', { name: 'Credential of Greenhouse' })
    await shown.getByText('Waiting for the first message').waitFor()
    expect(
      await shown
        .getByText(/^hg_dev_/)
        .first()
        .isVisible(),
    ).toBe(true)
    if (!hasMosquitto) return
    await tabTo('Every second')
    await page.keyboard.press('Enter')
    await shown.getByText('Stays connected and sends until Ctrl-C.').waitFor()
  })

  it('starts a simulated device with one click: online, moving, until it is stopped', async () => {
    const shown = page.getByRole('dialog', { name: 'Credential of Greenhouse' })
    await shown.getByRole('button', { name: 'Start a simulated device' }).click()
    await shown.getByText('Messages are arriving').waitFor()
    await shown.getByRole('button', { name: 'Open device' }).click()
    await page.waitForURL('**/devices/greenhouse')
    await main(page).getByText('Online', { exact: true }).waitFor()
    await main(page).locator('canvas').first().waitFor()

    const readout = main(page).getByRole('region', { name: 'Charts' }).getByRole('figure').first()
    const first = await readout.textContent()
    await expect.poll(() => readout.textContent(), { timeout: 30_000 }).not.toBe(first)
    expect(await portray(page, 'device-simulated')).toEqual([])
  })

  it('asks before a tab with a simulated device is reloaded, and goes on with it afterwards', async () => {
    const asked = new Promise<string>((resolve) =>
      page.once('dialog', async (dialog) => {
        await dialog.accept()
        resolve(dialog.type())
      }),
    )
    await Promise.all([page.reload(), asked])
    expect(await asked).toBe('beforeunload')
    await main(page).getByText('A simulated device sends from this tab.').waitFor()
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))
    expect(kept).not.toContain('hg_dev_')
    const readout = main(page).getByRole('region', { name: 'Charts' }).getByRole('figure').first()
    const first = await readout.textContent()
    await expect.poll(() => readout.textContent(), { timeout: 30_000 }).not.toBe(first)

    await main(page).getByRole('button', { name: 'Stop' }).click()
    await main(page).getByText('Offline', { exact: true }).waitFor()
  })

  it('reads the charts by keyboard', async () => {
    const crosshair = main(page).getByRole('slider', { name: 'Crosshair of the charts' })
    await crosshair.focus()
    const readOut = () => crosshair.getAttribute('aria-valuetext')
    await page.keyboard.press('End')
    // With its day, where that was over by now.
    const wanted = /^(\d+ \w+, )?\d\d:\d\d:\d\d\.\d{3}: co2 \d+ ppm, humidity [\d.]+ %/
    await expect.poll(readOut).toMatch(wanted)
    const newest = await readOut()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(readOut).not.toBe(newest)
    await page.keyboard.press('ArrowRight')
    await expect.poll(readOut).toBe(newest)
    // What is read out is what is drawn under the crosshair.
    const drawn = main(page).getByRole('figure').first().getByText(/^\d+$/)
    await expect.poll(() => drawn.textContent()).toBe(/co2 (\d+)/.exec(newest ?? '')?.[1])
  })

  it('shows a part of the messages, and all of a long one without a sideways scroll', async () => {
    const messages = main(page).getByRole('region', { name: 'Messages' })
    await messages.getByRole('button', { name: 'Platform' }).click()
    await messages.getByText('Presence').first().waitFor()
    await expect.poll(() => messages.getByText('Telemetry', { exact: true }).count()).toBe(1)
    await messages.getByRole('button', { name: 'Telemetry' }).click()
    await messages.getByRole('button', { expanded: false }).filter({ hasText: 'co2' }).first().click()
    expect(await portray(page, 'device-message')).toEqual([])
  })

  it('deletes a device after its id was typed, saying what is lost, and cuts it off', async () => {
    const credential = await administrator.send<Issued>('POST', '/api/v1/devices/greenhouse/credentials', {})
    const socket = await connectSocket({ ...credential, url: platform.mqttTcpUrl })
    const cutOff = ended(socket)
    await main(page).getByRole('link', { name: 'Settings' }).click()
    await main(page).getByRole('button', { name: 'Delete device…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete Greenhouse?' })
    await dialog.getByText('everything it has sent, and its presence history').waitFor()
    await dialog.getByText(/all of its credentials/).waitFor()
    const confirm = dialog.getByRole('button', { name: 'Delete device' })
    expect(await confirm.isDisabled()).toBe(true)
    expect(await portray(page, 'device-delete')).toEqual([])
    await dialog.getByRole('textbox').fill('greenhouse')
    await confirm.click()
    await cutOff
    await page.waitForURL('**/devices')
    await main(page).getByText('No devices yet').waitFor()
  })

  it('shows a device whose id is a MAC address, and charts and saves a key with a comma', async () => {
    const id = 'AA:BB:CC:DD:EE:FF'
    const key = 'flow, "left": '
    const { topic, ...credential } = await device(administrator, 'Meter', id)
    const fromUs = (Date.now() - 6 * 3_600_000) * 1_000
    await storeSeries(platform.pool, id, key, { fromUs, stepUs: 60_000_000, count: 300, expression: 'i % 7' })
    const meter = await connectSocket({ ...credential, url: platform.mqttTcpUrl })
    await meter.publishAsync(topic, JSON.stringify({ [key]: 4.25 }), { qos: 1 })

    await page.goto(`${platform.url}/o/${administrator.organization}/devices`)
    await main(page).getByRole('link', { name: /Meter/ }).click()
    await page.waitForURL(`**/devices/${id}`)
    await main(page).getByText('Online', { exact: true }).waitFor()
    await main(page)
      .getByRole('region', { name: 'Latest values' })
      .getByText('4.25', { exact: true })
      .waitFor()
    const charts = main(page).getByRole('region', { name: 'Charts' })
    const asked = page.waitForResponse((response) => new URL(response.url()).searchParams.has('points'))
    await charts.getByRole('button', { name: '6 h', exact: true }).click()
    const history = await asked
    expect(new URL(history.url()).searchParams.getAll('key')).toEqual([key])
    expect((await history.json()).items.length).toBeGreaterThan(100)
    await charts.getByRole('figure').filter({ hasText: 'flow, "left":' }).locator('canvas').first().waitFor()
    expect(await portray(page, 'device-mac-address')).toEqual([])

    await charts.getByRole('button', { name: /^CSV of / }).click()
    const downloaded = page.waitForEvent('download')
    await page
      .getByRole('dialog', { name: 'Save as CSV' })
      .getByRole('button', { name: 'Save 1 charted key' })
      .click()
    const file = await downloaded
    expect(file.suggestedFilename()).toBe('AA-BB-CC-DD-EE-FF-telemetry.csv')
    expect(await fs.readFile(await file.path(), 'utf8')).toContain(',"flow, ""left"": ",')

    // Also where the address has its colons encoded, as some programs write them.
    await page.goto(
      `${platform.url}/o/${administrator.organization}/devices/${encodeURIComponent(id)}/credentials`,
    )
    await main(page).getByText(credential.username).waitFor()
    expect(await page.getByRole('navigation', { name: 'Breadcrumb' }).textContent()).toContain('Meter')
    await main(page).getByRole('link', { name: 'Presence' }).click()
    await page.waitForURL(`**/devices/${id}/presence`)
    await main(page).getByRole('row').nth(1).waitFor()
    expect(await main(page).getByRole('link', { name: 'Presence' }).getAttribute('aria-current')).toBe('page')
    // Of many tabs only the beginning of each title is seen.
    await expect.poll(() => page.title()).toBe(`${id} · Presence · Heliograph`)
    meter.end(true)
  })

  it('says at the field that an id is taken, and brings the person there', async () => {
    await page.goto(`${platform.url}/o/${administrator.organization}/devices`)
    await main(page).getByRole('button', { name: 'Register device' }).click()
    const dialog = page.getByRole('dialog', { name: 'New device' })
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Another meter')
    await dialog.getByRole('textbox', { name: 'Id' }).fill('AA:BB:CC:DD:EE:FF')
    await dialog.getByRole('button', { name: 'Register device' }).click()
    const id = dialog.getByRole('textbox', { name: 'Id' }).and(page.locator(':focus'))
    await id.waitFor()
    expect(await id.getAttribute('aria-invalid')).toBe('true')
    await dialog.getByText('The id AA:BB:CC:DD:EE:FF is taken. Choose another.').waitFor()
    await page.keyboard.press('Escape')
  })

  it('keeps both of two choices that are made in one moment', async () => {
    await page.goto(`${platform.url}/o/${administrator.organization}/devices`)
    await main(page).getByRole('link', { name: /Meter/ }).waitFor()
    const choices = main(page).getByRole('button', { name: /^(Offline|Last message)$/ })
    await choices.evaluateAll((buttons) => {
      for (const button of buttons) (button as HTMLElement).click()
    })
    await page.waitForURL(/\?status=offline&sort=-lastMessageAt$/)
    await main(page).getByRole('button', { name: 'Offline', exact: true, pressed: true }).waitFor()
  })

  /** Presses Tab until what has the focus is called so. */
  async function tabTo(name: string) {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await focused()) === name) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`No way to "${name}" by Tab`)
  }

  function focused(): Promise<string> {
    return page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
  }

  function focusOutlinePx(): Promise<number> {
    return page.evaluate(() => {
      const style = getComputedStyle(document.activeElement ?? document.body)
      return style.outlineStyle === 'none' ? 0 : Number.parseFloat(style.outlineWidth)
    })
  }
})

interface Issued {
  clientId: string
  username: string
  password: string
}
