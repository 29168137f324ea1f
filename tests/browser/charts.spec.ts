import fs from 'node:fs/promises'
import type { MqttClient } from 'mqtt'
import type { Browser, Download, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeSeries } from '../integration/telemetry/reading-support.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { connectSocket } from './device-socket.js'
import { device, live, main, visit } from './visitor.js'

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000] as const
/** A sample every ten seconds for a month, one of them yesterday unlike all others. */
const [days, stepMs] = [30, 10 * SECOND]
const patience = { timeout: 30_000, interval: 200 }

/** A month of one device: there at once, looked into down to the very sample, while its end keeps moving. */
describe('charts over a month', () => {
  const startedAt = Math.floor(Date.now() / stepMs) * stepMs
  const spikeAt = startedAt - DAY - 3 * HOUR
  let platform: Platform
  let administrator: Administrator
  let browser: Browser
  let page: Page
  let pump: MqttClient
  let topic: string
  const pageErrors: string[] = []

  beforeAll(async () => {
    platform = await startPlatform({ ownWeb: true })
    administrator = await createAdministrator(platform)
    const credential = await device(administrator, 'Pump', 'pump')
    await device(administrator, 'Valve', 'valve')
    for (const id of ['pump', 'valve']) {
      const fromUs = (startedAt - days * DAY) * 1_000
      const spike = `CASE WHEN i = ${(spikeAt - startedAt + days * DAY) / stepMs} THEN 77 ELSE 20 + sin(i / 400.0) END`
      await storeSeries(platform.pool, id, 'temperature', {
        fromUs,
        stepUs: stepMs * 1_000,
        count: (days * DAY) / stepMs,
        expression: id === 'pump' ? spike : '30 + cos(i / 400.0)',
      })
    }
    topic = credential.topic
    pump = await connectSocket({ ...credential, url: platform.mqttTcpUrl })
    await publish({ temperature: 20.5 })
    browser = await launchBrowser()
    page = await visit(browser, platform.url, administrator)
    page.on('pageerror', (error) => pageErrors.push(error.stack ?? error.message))
  })

  afterAll(async () => {
    pump?.end(true)
    await browser?.close()
    await platform?.stop()
  })

  it('shows the month at once, its spike included, and says of what it is made', async () => {
    await open('?range=30d')
    await charts().getByText('Last 30 days').waitFor()
    await charts()
      .getByText(/^thinned, from values per/)
      .waitFor()
    await expect.poll(() => readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('zooms by mouse to yesterday, and by keys down to the very sample', async () => {
    const { x, y } = await place(spikeAt, days * DAY)
    await drag({ x: x - 12, y }, { x: x + 9, y })
    await expect.poll(() => range().then(({ from }) => from), patience).toBeGreaterThan(0)
    const { from, to } = await range()
    expect(to - from).toBeLessThan(2 * DAY)
    expect(from).toBeLessThan(spikeAt)
    expect(to).toBeGreaterThan(spikeAt)
    await zoomTo(spikeAt, 10 * MINUTE)
    await expect
      .poll(
        () =>
          charts()
            .getByText(/^thinned/)
            .count(),
        patience,
      )
      .toBe(0)
    await expect.poll(() => readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('keeps the range in the address, so that it can be shared', async () => {
    const address = page.url()
    const before = await range()
    await page.reload()
    await drawn()
    expect(page.url()).toBe(address)
    expect(await range()).toEqual(before)
    await expect.poll(() => readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('stands still while a person looks back, and follows again with one key', async () => {
    await charts().getByRole('button', { name: 'Follow' }).waitFor()
    const before = page.url()
    await publish({ temperature: 21.25 })
    await newest(21.25)
    expect(page.url()).toBe(before)
    await crosshair().focus()
    await page.keyboard.press('f')
    await charts()
      .getByText(/^Last /)
      .waitFor()
    await expect.poll(() => charts().getByRole('button', { name: 'Follow' }).count(), patience).toBe(0)
    await page.keyboard.press('Shift+ArrowLeft')
    await charts().getByRole('button', { name: 'Follow' }).click()
    await charts()
      .getByText(/^Last /)
      .waitFor()
  })

  it('moves and zooms by keys, and goes back by a double click', async () => {
    await charts().getByRole('button', { name: '6 h', exact: true }).click()
    await expect.poll(() => page.url(), patience).toContain('range=6h')
    await crosshair().focus()
    await page.keyboard.press('+')
    await charts().getByText('Last 3 h').waitFor()
    await page.keyboard.press('-')
    await page.keyboard.press('Shift+PageUp')
    await expect.poll(() => range().then(({ from, to }) => to - from), patience).toBe(6 * HOUR)
    const { x, y } = await place(0, HOUR, 0.5)
    await page.mouse.dblclick(x, y)
    await charts().getByText('Last 6 hours').waitFor()
  })

  it('zooms by the wheel at the pointer, and leaves the wheel to the page until the charts are chosen', async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    const { x, y } = await place(0, HOUR, 0.25)
    await page.mouse.move(x, y)
    await page.mouse.wheel(0, 120)
    await expect.poll(scrolled, patience).toBeGreaterThan(0)
    expect(await charts().getByText('Last 6 hours').count()).toBe(1)
    await page.mouse.wheel(0, -500)
    await expect.poll(scrolled, patience).toBe(0)
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    await expect.poll(() => range().then(({ from, to }) => to - from), patience).toBeLessThan(5 * HOUR)
    await page.mouse.dblclick(x, y)
  })

  it('appends live samples to a long range that is followed', async () => {
    await open('?range=7d')
    await publish({ temperature: 55 })
    await newest(55)
    await crosshair().focus()
    await expect.poll(atEnd, patience).toContain('temperature 55')
    await expect.poll(() => readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('draws a sample that comes a day late in its place, at once', async () => {
    const ts = startedAt - 2 * DAY + 5 * SECOND
    await open(`?from=${ts - 2 * MINUTE}&to=${ts + 2 * MINUTE}`)
    expect(await readOut(ts)).not.toContain('99')
    await publish({ ts, values: { temperature: 99.5 } })
    await expect.poll(() => readOut(ts), patience).toContain('temperature 99.5')
    await page.reload()
    await drawn()
    await expect.poll(() => readOut(ts), patience).toContain('temperature 99.5')
  })

  it('saves a long range with every sample, and a picture', async () => {
    await open(`?from=${startedAt - 3 * HOUR}&to=${startedAt - HOUR}`)
    const csvDialog = await chooseCsv()
    expect(await portray(page, 'charts-csv')).toEqual([])
    const table = await saved(csvDialog.getByRole('button', { name: 'Save 1 charted key' }))
    // By the browser itself, from the platform: a file of any size passes by the page.
    expect(new URL(table.url()).pathname).toBe('/api/v1/devices/pump/telemetry')
    const csv = await fs.readFile(await table.path(), 'utf8')
    expect(csv.trim().split(/\r?\n/).length).toBe(1 + (2 * HOUR) / stepMs)
    const png = await fs.readFile(await (await saved(charts().getByRole('button', { name: 'PNG' }))).path())
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBeGreaterThan(800)
  })

  it('tells why a table cannot be saved instead of saving the refusal', async () => {
    await open(`?from=${startedAt - 3 * HOUR}&to=${startedAt - HOUR}`)
    const files: string[] = []
    const note = (download: Download) => files.push(download.url())
    page.on('download', note)
    const table = (url: URL) => url.searchParams.get('format') === 'csv'
    const problem = { type: 'about:blank', title: 'Too much is asked', status: 503, code: 'busy' }
    await page.route(table, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    )
    const dialog = await chooseCsv()
    await dialog.getByRole('button', { name: 'Save all keys (1)' }).click()
    await page.getByText(/^The table could not be saved\./).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.unroute(table)
    page.off('download', note)
    expect(files).toEqual([])
  })

  it('warns beyond limits, in the chart and on the tile, also after the page was opened anew', async () => {
    await open('?range=24h')
    await charts().getByRole('button', { name: 'Limits of temperature…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Limits of temperature' })
    await dialog.getByLabel(/^Warning above/).fill('50')
    await dialog.getByLabel(/^Critical above/).fill('40')
    await dialog.getByText('“Critical above” must not be less than “Warning above”.').waitFor()
    await dialog.getByLabel(/^Warning above/).fill('30')
    expect(await portray(page, 'charts-limits')).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    const tiles = main(page).getByRole('region', { name: 'Latest values' })
    await publish({ temperature: 45 })
    await tiles.getByText('Beyond its critical limit').waitFor()
    await page.reload()
    await tiles.getByText('Beyond its critical limit').waitFor()
    await publish({ temperature: 35 })
    await tiles.getByText('Beyond its warning limit').waitFor()
  })

  it('shows switches and texts as bands with their names', async () => {
    await publish({ temperature: 21, open: true, mode: 'filling' })
    await charts().getByRole('img', { name: 'Chart of mode' }).waitFor()
    await charts().getByRole('figure').filter({ hasText: 'mode' }).getByText('filling').first().waitFor()
    await publish({ temperature: 21, open: false, mode: 'running' })
    await expect
      .poll(() => charts().getByRole('figure').filter({ hasText: 'mode' }).textContent(), patience)
      .toContain('running')
    await open('?range=5m')
    await crosshair().focus()
    await expect.poll(atEnd, patience).toMatch(/mode running.*open false/)
  })

  it('keeps the crosshair while a key comes that was not there before', async () => {
    await atEnd()
    await publish({ temperature: 21, volume: 3 })
    await charts().getByRole('img', { name: 'Chart of volume' }).waitFor()
    await expect.poll(atEnd, patience).toContain('volume 3')
    expect(pageErrors).toEqual([])
  })

  it('compares devices in one chart, live', async () => {
    await charts().getByRole('button', { name: 'Compare temperature…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Comparison of temperature' })
    await dialog.getByLabel(/Valve/).check()
    expect(await portray(page, 'charts-compare')).toEqual([])
    await dialog.getByRole('button', { name: 'Show' }).click()
    const figure = charts().getByRole('figure').filter({ hasText: 'temperature' })
    await figure.getByText('Valve').waitFor()
    await charts().getByRole('button', { name: '7 d', exact: true }).click()
    await expect
      .poll(() => readOut(startedAt - 2 * DAY), patience)
      .toMatch(/temperature of Pump .*temperature of Valve (29|30|31)/)
  })

  it('marks when the device went away, came back, reported and was refused', async () => {
    await open('?range=5m')
    await live(page)
    const events = topic.replace(/telemetry$/, 'events')
    // Nothing keeps events: the first may come before the page listens.
    const happen = async () => {
      await pump.publishAsync(events, JSON.stringify({ level: 'warning', message: 'Door opened' }), {
        qos: 1,
      })
      await pump.publishAsync(topic, 'no JSON at all', { qos: 1 })
      return marksInSight()
    }
    await expect
      .poll(happen, patience)
      .toEqual(
        expect.arrayContaining([
          'Connected',
          'Door opened',
          expect.stringMatching(/^Refused \(invalid payload\)/),
        ]),
      )
    expect(await portray(page, 'charts')).toEqual([])
  })

  it('moves under one finger, zooms under two, and lets the page scroll', async () => {
    await open('?range=1h')
    const touch = await page.context().newCDPSession(page)
    const { x, y } = await place(0, HOUR, 0.5)
    const send = (type: string, ...points: [x: number, y: number][]) =>
      touch.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: points.map(([left, top], id) => ({ x: left, y: top, id })),
      })
    await send('touchStart', [x, y])
    for (let step = 1; step <= 10; step += 1) await send('touchMove', [x + step * 20, y])
    await send('touchEnd')
    await expect.poll(() => range().then(({ from, to }) => to - from), patience).toBe(HOUR)
    await send('touchStart', [x - 50, y], [x + 50, y])
    for (let step = 1; step <= 10; step += 1)
      await send('touchMove', [x - 50 - step * 15, y], [x + 50 + step * 15, y])
    await send('touchEnd')
    // The address says where it came to rest, and where it rested on the way.
    await expect.poll(() => range().then(({ from, to }) => Math.round(HOUR / (to - from))), patience).toBe(4)
    const before = page.url()
    await send('touchStart', [x, y])
    for (let step = 1; step <= 10; step += 1) await send('touchMove', [x, y - step * 20])
    await send('touchEnd')
    await expect.poll(scrolled, patience).toBeGreaterThan(0)
    expect(page.url()).toBe(before)
    await touch.detach()
  })

  it('has thrown nothing all the while', () => {
    expect(pageErrors).toEqual([])
  })

  const charts = () => main(page).getByRole('region', { name: 'Charts' })
  const crosshair = (): Locator => charts().getByRole('slider', { name: 'Crosshair of the charts' })

  async function open(search: string): Promise<void> {
    await page.goto(`${platform.url}/o/${administrator.organization}/devices/pump${search}`)
    await drawn()
  }

  /** Until everything that is looked at has been read. */
  async function drawn(): Promise<void> {
    await charts().locator('canvas').nth(1).waitFor()
    await expect.poll(() => charts().getByText('Loading history').count(), patience).toBe(0)
  }

  const scrolled = () => page.evaluate(() => window.scrollY)

  async function publish(payload: object): Promise<void> {
    await pump.publishAsync(topic, JSON.stringify(payload), { qos: 1 })
  }

  async function newest(value: number): Promise<void> {
    const tile = main(page).getByRole('region', { name: 'Latest values' })
    await tile.getByText(new RegExp(`^${value}`)).waitFor()
  }

  /** What the address says is shown; it follows when the charts have come to rest. */
  async function range(): Promise<{ from: number; to: number }> {
    const query = new URL(page.url()).searchParams
    return { from: Number(query.get('from')), to: Number(query.get('to')) }
  }

  /** Where a moment of a followed span is, or a share of the width. */
  async function place(ts: number, spanMs: number, share?: number): Promise<{ x: number; y: number }> {
    const box = await charts().getByRole('img', { name: 'Chart of temperature' }).boundingBox()
    if (box === null) throw new Error('There is no chart.')
    const at = share ?? 1 - (Date.now() - ts) / spanMs
    return { x: box.x + 56 + (box.width - 72) * at, y: box.y + 40 }
  }

  async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 5 })
    await page.mouse.up()
  }

  /** Zooms in by keys, around the sample nearest to a moment. */
  async function zoomTo(ts: number, spanMs: number): Promise<void> {
    for (;;) {
      const { from, to } = await range()
      if (to - from <= spanMs) return
      await readOut(ts)
      await page.keyboard.press('+')
      await expect.poll(() => range().then((now) => now.to - now.from), patience).toBeLessThan(to - from)
      await drawn()
    }
  }

  /** Puts the crosshair on the sample nearest to a moment by keys, and gives what is read out there. */
  async function readOut(ts: number): Promise<string> {
    await drawn()
    await crosshair().focus()
    // There is nothing to go to until what is in sight has been read.
    const home = async () => {
      await page.keyboard.press('Home')
      return Number(await crosshair().getAttribute('aria-valuenow'))
    }
    await expect.poll(home, patience).toBeGreaterThan(0)
    let best = { text: '', away: Number.POSITIVE_INFINITY }
    for (const key of ['PageDown', 'ArrowLeft', 'ArrowRight']) {
      for (let presses = 0; presses < 400; presses += 1) {
        const at = Number(await crosshair().getAttribute('aria-valuenow'))
        const text = (await crosshair().getAttribute('aria-valuetext')) ?? ''
        if (Math.abs(at - ts) <= best.away) best = { text, away: Math.abs(at - ts) }
        if (key === 'ArrowLeft' ? at <= ts : at >= ts) break
        await page.keyboard.press(key)
        if (Number(await crosshair().getAttribute('aria-valuenow')) === at) break
      }
    }
    return best.text
  }

  async function atEnd(): Promise<string | null> {
    await page.keyboard.press('End')
    return crosshair().getAttribute('aria-valuetext')
  }

  async function marksInSight(): Promise<string[]> {
    const lane = charts().locator('canvas').first()
    const box = await lane.boundingBox()
    const found = new Set<string>()
    for (let x = 60; box !== null && x < box.width; x += 6) {
      await page.mouse.move(box.x + x, box.y + box.height / 2)
      for (const text of await charts()
        .getByRole('status')
        .filter({ hasText: /\d\d:/ })
        .locator('p > span:last-child')
        .allTextContents())
        found.add(text)
    }
    return [...found]
  }

  async function chooseCsv(): Promise<Locator> {
    await charts()
      .getByRole('button', { name: /^CSV of / })
      .click()
    const dialog = page.getByRole('dialog', { name: 'Save as CSV' })
    await dialog.waitFor()
    return dialog
  }

  async function saved(button: Locator): Promise<Download> {
    const downloading = page.waitForEvent('download')
    await button.click()
    return downloading
  }
})
