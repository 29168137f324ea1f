import fs from 'node:fs/promises'
import type { MqttClient } from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { connectSocket } from './device-socket.js'
import { device, live, main, visit } from './visitor.js'

const patience = { timeout: 30_000, interval: 200 }

/** What the live page of a device shows of its values, of their age, and of itself. */
describe('the live page of a device', () => {
  let platform: Platform
  let administrator: Administrator
  let proxy: CuttingProxy
  let browser: Browser
  let page: Page
  let pump: MqttClient
  let topic: string

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    proxy = await startCuttingProxy(platform.port)
    const credential = await device(administrator, 'Main pump', 'pump')
    topic = credential.topic
    pump = await connectSocket({ ...credential, url: platform.mqttTcpUrl })
    await pump.publishAsync(topic, '{"baseline": 7}', { qos: 1 })
    await publish({ constant: 1, lat: 52.520_007, counter: 4_294_967_294, level: 1 })
    await publish({ constant: 1, lat: 52.520_008, counter: 4_294_967_295, level: 2 })
    browser = await launchBrowser()
    page = await visit(browser, proxy.url, administrator)
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    await open(page)
  })

  afterAll(async () => {
    pump?.end(true)
    await browser?.close()
    await proxy?.close()
    await platform?.stop()
  })

  it('shows numbers with their digits, and copies the whole value', async () => {
    const tiles = main(page).getByRole('region', { name: 'Latest values' })
    await tiles.getByText('52.520008', { exact: true }).waitFor()
    await tiles.getByText('4294967295', { exact: true }).waitFor()
    await publish({ long: 21.299_999_237_060_547 })
    const long = tiles.getByRole('button', { name: /^Copy the value of long: / })
    await long.getByText('21.3', { exact: true }).waitFor()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await long.focus()
    await tiles.getByText('21.299999237060547').waitFor()
    await long.click()
    await tiles.getByText('copied', { exact: true }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('21.299999237060547')
    const sticksOut = await tiles
      .locator('li')
      .evaluateAll((items) => items.some((item) => item.scrollWidth > item.clientWidth))
    expect(sticksOut).toBe(false)
  })

  it('gives telemetry from before it was opened its true age, and shows it once among the messages', async () => {
    const tile = main(page).getByRole('listitem').filter({ hasText: 'baseline' })
    await expect
      .poll(() => tile.locator('time').textContent(), patience)
      .toMatch(/^([6-9]|\d\d) s ago|min ago/)
    const messages = main(page).getByRole('region', { name: 'Messages' })
    const stored = messages.getByRole('button', { name: /Telemetry \{"baseline":7\}/ })
    await stored.getByText('stored', { exact: true }).waitFor()
    expect(await stored.locator('time').getAttribute('datetime')).toBe(
      await tile.locator('time').getAttribute('datetime'),
    )
    proxy.refuse()
    await page
      .getByText(/^reconnecting/)
      .first()
      .waitFor()
    proxy.allow()
    await live(page)
    await publish({ level: 3 })
    await messages.getByText('{"level":3}').waitFor()
    expect(await stored.count()).toBe(1)
  })

  it('shows the last messages from before it was opened, and says how many there were', async () => {
    const messages = main(page).getByRole('region', { name: 'Messages' })
    await messages
      .getByText(/"counter":4294967295/)
      .first()
      .waitFor()
    await messages
      .getByText(/^The last 3 telemetry messages from before this page was opened are shown/)
      .waitFor()
  })

  it('charts first what moves, and keeps the chart of numbers with a text among them', async () => {
    const charts = main(page).getByRole('region', { name: 'Charts' })
    const names = () =>
      charts.getByRole('img').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
    await expect.poll(names, patience).toEqual(['Chart of counter', 'Chart of lat', 'Chart of level'])
    await publish({ level: 'ERR' })
    await main(page).getByRole('region', { name: 'Latest values' }).getByText('ERR').waitFor()
    await publish({ level: 4 })
    await expect.poll(names, patience).toEqual(['Chart of counter', 'Chart of lat', 'Chart of level'])
    await open(page)
    await expect.poll(names, patience).toEqual(['Chart of counter', 'Chart of lat', 'Chart of level'])
  })

  it('saves charted or all keys as CSV, as the language of the browser would have it', async () => {
    const german = await visit(browser, platform.url, administrator, {
      locale: 'de-DE',
      timezoneId: 'Asia/Kolkata',
    })
    await open(german)
    const save = async (button: string, { rows, format }: { rows?: string; format?: string } = {}) => {
      await main(german).getByRole('button', { name: 'CSV of 3 charted keys…' }).click()
      const dialog = german.getByRole('dialog', { name: 'Save as CSV' })
      await dialog.getByText('counter, lat, level').waitFor()
      await dialog.getByText(/the language of this browser, German.*: Semicolons, 21,5/).waitFor()
      if (rows !== undefined) await dialog.getByLabel('Rows').selectOption(rows)
      if (format !== undefined) await dialog.getByLabel('Format').selectOption(format)
      const downloading = german.waitForEvent('download')
      await dialog.getByRole('button', { name: button, exact: true }).click()
      const text = await fs.readFile(await (await downloading).path(), 'utf8')
      await dialog.waitFor({ state: 'hidden' })
      return text
    }
    const charted = await save('Save 3 charted keys')
    expect(charted).toMatch(/^\uFEFFtime;ts;key;value\r\n/)
    expect(charted).toMatch(/Z;\d{13}(,\d+)?;lat;52,520008\r\n/)
    expect(charted).not.toContain(';constant;')
    const all = await save('Save all keys (6)')
    expect(all).toContain(';constant;1\r\n')
    const standard = await save('Save all keys (6)', { format: 'Commas, 21.5, UTF-8' })
    expect(standard).toMatch(/^time,ts,key,value\r\n/)
    expect(standard.split('\r\n').length).toBe(all.split('\r\n').length)

    // The page writes the numbers that it draws as the platform writes those that are stored.
    const drawn = await save('Save 3 charted keys', { rows: 'drawn' })
    const numbers = (text: string) => text.split('\r\n').filter((line) => !line.includes('ERR'))
    expect(numbers(drawn)).toEqual(numbers(charted))

    const daily = await save('Save 3 charted keys', { rows: 'days' })
    expect(daily).toMatch(/\r\n\d{4}-\d\d-\d\dT18:30:00\.000Z;\d+;lat;52,52000/)
    await german.context().close()
  })

  it('fits the paper without navigation', async () => {
    await page.setViewportSize({ width: 700, height: 1_000 })
    await page.emulateMedia({ media: 'print' })
    for (const name of ['banner', 'navigation'] as const)
      expect(await page.getByRole(name).filter({ visible: true }).count()).toBe(0)
    expect(await main(page).getByRole('region', { name: 'Messages' }).isVisible()).toBe(false)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(700)
    await page.emulateMedia({ media: null })
    await page.setViewportSize({ width: 1_440, height: 900 })
  })

  it('dims what it shows while its connection is lost, says as of when, and claims nobody online', async () => {
    await main(page).getByText('Online', { exact: true }).waitFor()
    proxy.refuse()
    await main(page)
      .getByText(/^Not connected to the platform: as of \d\d:\d\d:\d\d$/)
      .waitFor()
    await main(page).getByText('Was online').waitFor()
    expect(await main(page).getByText('Online', { exact: true }).count()).toBe(0)
    expect(await main(page).locator('[data-stale]').count()).toBe(1)
    proxy.allow()
    await live(page)
    await main(page).getByText('Online', { exact: true }).waitFor()
    expect(await main(page).locator('[data-stale]').count()).toBe(0)
  })

  it.each([2, -2])('goes by the platform’s clock where its own is wrong by %d h', async (hours) => {
    const other = await visit(browser, platform.url, administrator)
    await other.addInitScript((shiftMs) => {
      const RealDate = Date
      const now = () => RealDate.now() + shiftMs
      globalThis.Date = new Proxy(RealDate, {
        construct: (target, parts) => Reflect.construct(target, parts.length === 0 ? [now()] : parts),
        get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
      })
    }, hours * 3_600_000)
    await open(other)
    await main(other)
      .getByText(`The clock of this computer is 2 h ${hours > 0 ? 'ahead of' : 'behind'} the platform's`)
      .waitFor()
    await publish({ level: 10 + hours })
    const tile = main(other).getByRole('listitem').filter({ hasText: 'level' })
    await tile.getByText(String(10 + hours), { exact: true }).waitFor()
    await expect.poll(() => tile.locator('time').textContent(), patience).toMatch(/^(now|\d s ago)$/)
    const slider = other.getByRole('slider', { name: 'Crosshair of the charts' })
    const atEnd = async () => {
      await slider.focus()
      await other.keyboard.press('End')
      return slider.getAttribute('aria-valuetext')
    }
    await expect.poll(atEnd, patience).toContain(`level ${10 + hours}`)
    await other.context().close()
  })

  async function open(on: Page): Promise<void> {
    const origin = new URL(on.url()).origin
    await on.goto(`${origin}/o/${administrator.organization}/devices/pump`)
    await live(on)
    await main(on).getByRole('region', { name: 'Latest values' }).waitFor()
  }

  const publish = (payload: object) => pump.publishAsync(topic, JSON.stringify(payload), { qos: 1 })
})
