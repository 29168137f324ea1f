import fs from 'node:fs/promises'
import type { MqttClient } from 'mqtt'
import type { Browser, Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeSeries } from '../integration/telemetry/reading-support.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { ChartsPage } from './charts-page.js'
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
  let charts: ChartsPage
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
    charts = new ChartsPage(page, `${platform.url}/o/${administrator.organization}/devices/pump`)
    page.on('pageerror', (error) => pageErrors.push(error.stack ?? error.message))
  })

  afterAll(async () => {
    pump?.end(true)
    await browser?.close()
    await platform?.stop()
  })

  it('shows the month at once, its spike included, and says of what it is made', async () => {
    await charts.open('?range=30d')
    await charts.region.getByText('Last 30 days').waitFor()
    await charts.region.getByText(/^thinned, from values per/).waitFor()
    await expect.poll(() => charts.readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('zooms by mouse to yesterday, and by keys down to the very sample', async () => {
    const { x, y } = await charts.place(spikeAt, days * DAY)
    await charts.drag({ x: x - 12, y }, { x: x + 9, y })
    await expect.poll(() => charts.range().then(({ from }) => from), patience).toBeGreaterThan(0)
    const { from, to } = await charts.range()
    expect(to - from).toBeLessThan(2 * DAY)
    expect(from).toBeLessThan(spikeAt)
    expect(to).toBeGreaterThan(spikeAt)
    await charts.zoomTo(spikeAt, 10 * MINUTE)
    await expect.poll(() => charts.region.getByText(/^thinned/).count(), patience).toBe(0)
    await expect.poll(() => charts.readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('keeps the range in the address, so that it can be shared', async () => {
    const address = page.url()
    const before = await charts.range()
    await page.reload()
    await charts.drawn()
    expect(page.url()).toBe(address)
    expect(await charts.range()).toEqual(before)
    await expect.poll(() => charts.readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('stands still while a person looks back, and follows again with one key', async () => {
    await charts.region.getByRole('button', { name: 'Follow' }).waitFor()
    const before = page.url()
    await publish({ temperature: 21.25 })
    await charts.newest(21.25)
    expect(page.url()).toBe(before)
    await charts.crosshair.focus()
    await page.keyboard.press('f')
    await charts.region.getByText(/^Last /).waitFor()
    await expect.poll(() => charts.region.getByRole('button', { name: 'Follow' }).count(), patience).toBe(0)
    await page.keyboard.press('Shift+ArrowLeft')
    await charts.region.getByRole('button', { name: 'Follow' }).click()
    await charts.region.getByText(/^Last /).waitFor()
  })

  it('moves and zooms by keys, and goes back by a double click', async () => {
    await charts.region.getByRole('button', { name: '6 h', exact: true }).click()
    await expect.poll(() => page.url(), patience).toContain('range=6h')
    await charts.crosshair.focus()
    await page.keyboard.press('+')
    await charts.region.getByText('Last 3 h').waitFor()
    await page.keyboard.press('-')
    await page.keyboard.press('Shift+PageUp')
    await expect.poll(() => charts.spanMs(), patience).toBe(6 * HOUR)
    const { x, y } = await charts.place(0, HOUR, 0.5)
    await page.mouse.dblclick(x, y)
    await charts.region.getByText('Last 6 hours').waitFor()
  })

  it('zooms by the wheel at the pointer, and leaves the wheel to the page until the charts are chosen', async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    const { x, y } = await charts.place(0, HOUR, 0.25)
    await page.mouse.move(x, y)
    await page.mouse.wheel(0, 120)
    await expect.poll(scrolled, patience).toBeGreaterThan(0)
    expect(await charts.region.getByText('Last 6 hours').count()).toBe(1)
    await page.mouse.wheel(0, -500)
    await expect.poll(scrolled, patience).toBe(0)
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    await expect.poll(() => charts.spanMs(), patience).toBeLessThan(5 * HOUR)
    await page.mouse.dblclick(x, y)
  })

  it('appends live samples to a long range that is followed', async () => {
    await charts.open('?range=7d')
    await publish({ temperature: 55 })
    await charts.newest(55)
    await charts.crosshair.focus()
    await expect.poll(() => charts.atEnd(), patience).toContain('temperature 55')
    await expect.poll(() => charts.readOut(spikeAt), patience).toContain('temperature 77')
  })

  it('draws a sample that comes a day late in its place, at once', async () => {
    const ts = startedAt - 2 * DAY + 5 * SECOND
    await charts.open(`?from=${ts - 2 * MINUTE}&to=${ts + 2 * MINUTE}`)
    expect(await charts.readOut(ts)).not.toContain('99')
    await publish({ ts, values: { temperature: 99.5 } })
    await expect.poll(() => charts.readOut(ts), patience).toContain('temperature 99.5')
    await page.reload()
    await charts.drawn()
    await expect.poll(() => charts.readOut(ts), patience).toContain('temperature 99.5')
  })

  it('saves a long range with every sample, and a picture', async () => {
    await charts.open(`?from=${startedAt - 3 * HOUR}&to=${startedAt - HOUR}`)
    const csvDialog = await charts.chooseCsv()
    expect(await portray(page, 'charts-csv')).toEqual([])
    const table = await charts.saved(csvDialog.getByRole('button', { name: 'Save 1 charted key' }))
    // By the browser itself, from the platform: a file of any size passes by the page.
    expect(new URL(table.url()).pathname).toBe('/api/v1/devices/pump/telemetry')
    const csv = await fs.readFile(await table.path(), 'utf8')
    expect(csv.trim().split(/\r?\n/).length).toBe(1 + (2 * HOUR) / stepMs)
    const png = await fs.readFile(
      await (await charts.saved(charts.region.getByRole('button', { name: 'PNG' }))).path(),
    )
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBeGreaterThan(800)
  })

  it('tells why a table cannot be saved instead of saving the refusal', async () => {
    await charts.open(`?from=${startedAt - 3 * HOUR}&to=${startedAt - HOUR}`)
    const files: string[] = []
    const note = (download: Download) => files.push(download.url())
    page.on('download', note)
    const table = (url: URL) => url.searchParams.get('format') === 'csv'
    const problem = { type: 'about:blank', title: 'Too much is asked', status: 503, code: 'busy' }
    await page.route(table, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
    )
    const dialog = await charts.chooseCsv()
    await dialog.getByRole('button', { name: 'Save all keys (1)' }).click()
    await page.getByText(/^The table could not be saved\./).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.unroute(table)
    page.off('download', note)
    expect(files).toEqual([])
  })

  it('warns beyond limits, in the chart and on the tile, also after the page was opened anew', async () => {
    await charts.open('?range=24h')
    await charts.region.getByRole('button', { name: 'Limits of temperature…' }).click()
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
    await charts.region.getByRole('img', { name: 'Chart of mode' }).waitFor()
    await charts.region.getByRole('figure').filter({ hasText: 'mode' }).getByText('filling').first().waitFor()
    await publish({ temperature: 21, open: false, mode: 'running' })
    await expect
      .poll(() => charts.region.getByRole('figure').filter({ hasText: 'mode' }).textContent(), patience)
      .toContain('running')
    await charts.open('?range=5m')
    await charts.crosshair.focus()
    await expect.poll(() => charts.atEnd(), patience).toMatch(/mode running.*open false/)
  })

  it('keeps the crosshair while a key comes that was not there before', async () => {
    await charts.atEnd()
    await publish({ temperature: 21, volume: 3 })
    await charts.region.getByRole('img', { name: 'Chart of volume' }).waitFor()
    await expect.poll(() => charts.atEnd(), patience).toContain('volume 3')
    expect(pageErrors).toEqual([])
  })

  it('compares devices in one chart, live', async () => {
    await charts.region.getByRole('button', { name: 'Compare temperature…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Comparison of temperature' })
    await dialog.getByLabel(/Valve/).check()
    expect(await portray(page, 'charts-compare')).toEqual([])
    await dialog.getByRole('button', { name: 'Show' }).click()
    const figure = charts.region.getByRole('figure').filter({ hasText: 'temperature' })
    await figure.getByText('Valve').waitFor()
    await charts.region.getByRole('button', { name: '7 d', exact: true }).click()
    await expect
      .poll(() => charts.readOut(startedAt - 2 * DAY), patience)
      .toMatch(/temperature of Pump .*temperature of Valve (29|30|31)/)
  })

  it('marks when the device went away, came back, reported and was refused', async () => {
    await charts.open('?range=5m')
    await live(page)
    const events = topic.replace(/telemetry$/, 'events')
    // Nothing keeps events: the first may come before the page listens.
    const happen = async () => {
      await pump.publishAsync(events, JSON.stringify({ level: 'warning', message: 'Door opened' }), {
        qos: 1,
      })
      await pump.publishAsync(topic, 'no JSON at all', { qos: 1 })
      return charts.marksInSight()
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
    await charts.open('?range=1h')
    const touch = await page.context().newCDPSession(page)
    const { x, y } = await charts.place(0, HOUR, 0.5)
    const send = (type: string, ...points: [x: number, y: number][]) =>
      touch.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: points.map(([left, top], id) => ({ x: left, y: top, id })),
      })
    await send('touchStart', [x, y])
    for (let step = 1; step <= 10; step += 1) await send('touchMove', [x + step * 20, y])
    await send('touchEnd')
    await expect.poll(() => charts.spanMs(), patience).toBe(HOUR)
    await send('touchStart', [x - 50, y], [x + 50, y])
    for (let step = 1; step <= 10; step += 1)
      await send('touchMove', [x - 50 - step * 15, y], [x + 50 + step * 15, y])
    await send('touchEnd')
    // The address says where it came to rest, and where it rested on the way.
    await expect.poll(() => charts.spanMs().then((spanMs) => Math.round(HOUR / spanMs)), patience).toBe(4)
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

  const scrolled = () => page.evaluate(() => window.scrollY)

  async function publish(payload: object): Promise<void> {
    await pump.publishAsync(topic, JSON.stringify(payload), { qos: 1 })
  }
})
