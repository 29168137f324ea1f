import zlib from 'node:zlib'
import type { OrganizationUsage, Overview } from '@heliograph/protocol'
import mqtt, { type MqttClient } from 'mqtt'
import pg from 'pg'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OwnPostgres } from '../integration/telemetry/own-postgres.js'
import { type Administrator, createAdministrator, createOrganization } from '../support/accounts.js'
import { launchBrowser } from '../support/chromium.js'
import { portray } from '../support/page-checks.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { seedDevices } from '../support/seed-devices.js'
import { connectSocket } from './device-socket.js'
import { device, live, main, visit } from './visitor.js'

const firstLoadLimitBytes = 200_000

describe('the overview', () => {
  let postgres: OwnPostgres
  let platform: Platform
  let administrator: Administrator
  let browser: Browser
  let page: Page
  const sockets: MqttClient[] = []
  const sending: NodeJS.Timeout[] = []

  beforeAll(async () => {
    postgres = await OwnPostgres.start()
    platform = await startPlatform({ ownWeb: true, env: { DATABASE_URL: postgres.url } })
    administrator = await createAdministrator(platform)
    browser = await launchBrowser()
    page = await visit(browser, platform.url, administrator)
  })

  afterAll(async () => {
    for (const timer of sending) clearInterval(timer)
    for (const socket of sockets) socket.end(true)
    await browser?.close()
    await platform?.stop()
    await postgres?.remove()
  })

  const open = async (query = '') => {
    await page.goto(`${platform.url}/o/${administrator.organization}${query}`)
    await live(page)
  }

  it('teaches with one button while there is no device', async () => {
    await open()
    await main(page).getByText('No devices yet').waitFor()
    expect(await portray(page, 'overview-empty')).toEqual([])
    await main(page).getByRole('link', { name: 'Register device' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name', exact: true }).waitFor()
    await page.keyboard.press('Escape')
  })

  it('counts devices by status and what they send, live', async () => {
    await page.getByRole('link', { name: 'Overview' }).first().click()
    await main(page).getByText('No devices yet').waitFor()
    await device(administrator, 'Spare', 'spare')
    await figure('Never seen', '1')

    await startSending('Intake pump', 'intake-pump')
    await figure('Online', '1')
    await expect.poll(() => rate('Messages'), { timeout: 30_000 }).toBeGreaterThan(0)
    await expect
      .poll(async () => (await rate('Samples stored')) > (await rate('Messages')), { timeout: 30_000 })
      .toBe(true)

    const silent = await device(administrator, 'Cellar valve', 'cellar-valve')
    await administrator.send('PATCH', '/api/v1/devices/cellar-valve', { expectedIntervalSeconds: 1 })
    sockets.push(await connectSocket({ ...silent, url: platform.mqttTcpUrl }))
    await figure('Quiet', '1')
    const gone = await device(administrator, 'Roof sensor', 'roof-sensor')
    await (await connectSocket({ ...gone, url: platform.mqttTcpUrl })).endAsync()
    await figure('Offline', '1')
  })

  it('says what is refused, and leads to who it was and what to do', async () => {
    const { topic, ...credential } = await device(administrator, 'Old meter', 'old-meter')
    const socket = await connectSocket({ ...credential, url: platform.mqttTcpUrl })
    sockets.push(socket)
    for (let n = 0; n < 3; n += 1) await socket.publishAsync(topic, 'twenty degrees', { qos: 1 })
    await figure('Refused', '3')
    expect(await portray(page, 'overview-busy')).toEqual([])

    await tile('Refused').getByRole('button').click()
    const dialog = page.getByRole('dialog', { name: 'Refusals of the last hour' })
    await dialog.getByText('Invalid payload').waitFor()
    await dialog.getByText('3 times').waitFor()
    expect(await portray(page, 'overview-refusals')).toEqual([])
    await dialog.getByRole('link', { name: 'old-meter', exact: true }).click()
    await page.waitForURL('**/devices/old-meter')
  })

  it('shows on the page of a device what it is refused, live and after a reload, and leads to what helps', async () => {
    const refused = main(page).getByRole('region', { name: 'Refused in the last hour' })
    await refused.getByText('3 × Invalid payload').waitFor()
    // What is refused is no last message.
    await main(page).getByText('none yet').waitFor()
    const { topic: _, ...credential } = await device(administrator, 'New meter', 'new-meter')
    await page.goto(`${platform.url}/o/${administrator.organization}/devices/new-meter`)
    await live(page)
    await expect.poll(() => refused.count()).toBe(0)
    const wrong = { ...credential, password: 'hg_dev_wrong', url: platform.mqttTcpUrl }
    for (let n = 0; n < 2; n += 1) await expect(connectSocket(wrong)).rejects.toThrow()
    await refused.getByText('2 × Wrong secret').waitFor()
    await refused.getByText(/, last \d\d:\d\d:\d\d from 127\.0\.0\.1/).waitFor()
    const socket = await connectSocket({ ...credential, url: platform.mqttTcpUrl })
    const foreign = `${administrator.organization}/devices/old-meter/telemetry`
    await socket.publishAsync(foreign, '{"a":1}', { qos: 1 })
    await socket.endAsync()
    await refused.getByText(foreign).waitFor()
    await page.reload()
    await refused.getByText('2 × Wrong secret').waitFor()
    expect(await portray(page, 'device-refused')).toEqual([])

    await refused.getByRole('link', { name: 'Topics of new-meter' }).click()
    const topics = main(page).getByRole('region', { name: 'Topics' })
    await topics.getByText(`${administrator.organization}/devices/new-meter/telemetry`).waitFor()
    expect(await portray(page, 'device-topics')).toEqual([])
    await administrator.send('DELETE', '/api/v1/devices/new-meter')
  })

  it('names two clients that take over from each other, within ten seconds, until they stop', async () => {
    const { clientId, username, password } = await device(administrator, 'Twin', 'twin')
    const options = { clientId, username, password, protocolVersion: 4, reconnectPeriod: 1_000 } as const
    await page.goto(`${platform.url}/o/${administrator.organization}/devices/twin`)
    await live(page)
    const twins = [mqtt.connect(platform.mqttTcpUrl, options), mqtt.connect(platform.mqttTcpUrl, options)]
    const notice = main(page).getByRole('alert').filter({ hasText: 'Duplicate client id' })
    await notice.waitFor({ timeout: 10_000 })
    await notice.getByText(/Two clients connect as twin, both from 127\.0\.0\.1/).waitFor()
    await notice.getByText(/its own client id: twin:suffix/).waitFor()
    expect(await portray(page, 'device-duplicate-client-id')).toEqual([])
    await main(page).getByRole('link', { name: 'Presence', exact: true }).click()
    const presence = main(page).getByRole('region', { name: 'Presence' })
    await presence
      .getByText(/^taken over \d+ times$/)
      .filter({ visible: true })
      .waitFor()
    expect(await presence.getByRole('row').count()).toBe(2)
    expect(await portray(page, 'device-presence-taken-over')).toEqual([])
    for (const twin of twins) twin.end(true)
    await open()
    await tile('Refused').getByRole('button').click()
    const dialog = page.getByRole('dialog', { name: 'Refusals of the last hour' })
    await dialog.getByText('Duplicate client id').waitFor()
    await administrator.send('DELETE', '/api/v1/devices/twin')
    // The list and the tile agree also on the refusals of a device that is gone.
    await dialog.getByText(/^And \d+ more/).waitFor()
    await page.keyboard.press('Escape')
  })

  it('shows what is used of each quota, and warns before it is used up', async () => {
    const quotas = `/api/v1/organizations/${administrator.organization}/quotas`
    await open()
    await quota('Devices').getByText('5 of 250,000').waitFor()
    await quota('Devices').getByText('below 1 %').waitFor()
    await quota('Telemetry stored')
      .getByText(/^[\d.]+ [kM]?B of 1\.1 TB$/)
      .waitFor()
    await expect
      .poll(() =>
        main(page)
          .getByText(/quota .*used up/)
          .count(),
      )
      .toBe(0)
    await administrator.send('PATCH', quotas, { devices: 6 })
    await page.reload()
    await quota('Devices').getByText('Nearly used up').waitFor()
    await quota('Devices')
      .getByText(/^At the rate of the last 7 days, used up on \d/)
      .waitFor()
    await main(page).getByText('Devices: quota nearly used up').waitFor()
    await administrator.send('PATCH', quotas, { devices: null })
  })

  it('shows every level of a quota, and says when the usage cannot be loaded', async () => {
    const beside = await page.context().newPage()
    let fails = false
    await beside.route('**/api/v1/organization/usage', async (route) => {
      if (fails) return route.fulfill({ status: 500, json: {} })
      const response = await route.fetch()
      const usage = (await response.json()) as OrganizationUsage
      const fullAt = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
      await route.fulfill({
        response,
        json: {
          ...usage,
          devices: { ...usage.devices, used: 8_400, limit: 10_000, level: 'warning', fullAt: fullAt(2_000) },
          messagesPerDay: {
            ...usage.messagesPerDay,
            used: 96e6,
            limit: 1e8,
            level: 'critical',
            fullAt: fullAt(2),
          },
          connections: { ...usage.connections, used: 500, limit: 500, level: 'full' },
        },
      })
    })
    await beside.goto(`${platform.url}/o/${administrator.organization}`)
    const alerts = main(beside).getByRole('alert')
    await alerts
      .getByText(/96 M of 100 M\. At the rate of today, used up at \d\d:\d\d\. A platform administrator may/)
      .waitFor()
    await alerts.getByText('Connections: quota used up').waitFor()
    await main(beside).getByText('Devices: quota nearly used up').waitFor()
    expect(await portray(beside, 'overview-quotas')).toEqual([])
    await main(beside).getByRole('region', { name: 'Usage' }).scrollIntoViewIfNeeded()
    expect(await portray(beside, 'overview-usage')).toEqual([])
    fails = true
    await beside.reload()
    await main(beside).getByText('The usage could not be loaded').waitFor()
    fails = false
    await main(beside).getByRole('region', { name: 'Usage' }).getByText('500 of 500').waitFor()
    await beside.unrouteAll({ behavior: 'wait' })
    await beside.close()
  })

  it('leads from each status to those devices', async () => {
    for (const [status, name, id] of [
      ['quiet', 'Quiet', 'cellar-valve'],
      ['offline', 'Offline', 'roof-sensor'],
      ['never', 'Never seen', 'spare'],
    ] as const) {
      await open()
      await tile(name).getByRole('link').click()
      await page.waitForURL(`**/devices?status=${status}`)
      await main(page).getByText(id, { exact: true }).waitFor()
      await expect.poll(() => main(page).getByRole('table').getByRole('link').count()).toBe(1)
    }
  })

  it('tells another organization nothing', async () => {
    const other = await createOrganization(administrator)
    await page.goto(`${platform.url}/o/${other.organization}`)
    await live(page)
    await main(page).getByText('No devices yet').waitFor()
    await other.send('POST', '/api/v1/devices', { name: 'Lonely', id: 'lonely' })
    await figure('Never seen', '1')
    for (const name of ['Online', 'Quiet', 'Offline', 'Messages', 'Samples stored', 'Refused'])
      await expect.poll(() => value(name), { message: name }).toMatch(/^0/)
    expect(await portray(page, 'overview-one-device')).toEqual([])
  })

  it('fills the screen for a wall: large, without navigation, until Escape', async () => {
    await open()
    await main(page).getByRole('button', { name: 'Open wall view' }).click()
    await page.getByRole('heading', { level: 1, name: administrator.organization }).waitFor()
    await expect.poll(() => page.getByRole('navigation').count()).toBe(0)
    await expect.poll(() => rate('Messages'), { timeout: 30_000 }).toBeGreaterThan(0)
    const pixels = await tile('Online')
      .getByText(/^\d+$/)
      .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
    expect(pixels).toBeGreaterThan(60)
    const leave = page.getByRole('button', { name: 'Leave wall view' })
    // Says otherwise where the screen is not kept awake.
    await expect.poll(() => leave.getAttribute('title')).toBe('Leave (Esc)')
    expect(await portray(page, 'overview-wall')).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('navigation', { name: 'Main' }).first().waitFor()
  })

  it('says while the database is away that nothing is stored, there and on the pages of devices', async () => {
    await open()
    await figure('Online', '2')
    const beside = await page.context().newPage()
    await beside.goto(`${platform.url}/o/${administrator.organization}/devices/intake-pump`)
    // A message of its own: so what the page listens to has been granted, which takes the database.
    await main(beside)
      .getByRole('region', { name: 'Messages' })
      .getByRole('button', { expanded: false })
      .first()
      .waitFor()
    await postgres.crash()
    await main(beside).getByText('Live values are shown but not stored yet').waitFor()
    await beside.close()
    await main(page)
      .getByText(/The database has not answered since \d\d:\d\d/)
      .waitFor()
    expect(await portray(page, 'overview-store-away')).toEqual([])
    await postgres.startAgain()
    await main(page)
      .getByText(/The database has not answered/)
      .waitFor({ state: 'hidden' })
  })

  it('asks again for the past when the platform’s clock was set back', async () => {
    const hourMs = 3_600_000
    const answersAhead = 4
    let answers = 0
    const beside = await page.context().newPage()
    await beside.route('**/api/v1/overview', async (route) => {
      const response = await route.fetch()
      answers += 1
      if (answers > answersAhead) return route.fulfill({ response })
      // As the platform told it before.
      const { fleet, traffic, ...rest } = (await response.json()) as Overview
      const ahead = <T extends { ts: number }>(told: T): T => ({ ...told, ts: told.ts + hourMs })
      await route.fulfill({ response, json: { ...rest, fleet: ahead(fleet), traffic: traffic.map(ahead) } })
    })
    await beside.goto(`${platform.url}/o/${administrator.organization}`)
    await expect.poll(() => answers).toBeGreaterThan(answersAhead)
    // One may be under way.
    await beside.unrouteAll({ behavior: 'wait' })
    await beside.close()
  })

  it('dims what it knows while the platform is gone, says of when it is, and goes on by itself', async () => {
    await open()
    await figure('Quiet', '1')
    await platform.kill('SIGKILL')
    await main(page)
      .getByText(/^as of \d/)
      .waitFor()
    await figure('Quiet', '1')
    expect(await portray(page, 'overview-gone')).toEqual([])
    await platform.restart()
    await main(page)
      .getByText(/^as of \d/)
      .waitFor({ state: 'hidden' })
  })

  it('has room for 100,000 devices, on the wall too', async () => {
    const many = await createOrganization(administrator)
    const pool = new pg.Pool({ connectionString: postgres.url, max: 1 })
    await seedDevices(pool, many.organization, 100_000)
    await pool.end()
    await page.goto(`${platform.url}/o/${many.organization}`)
    for (const name of ['Online', 'Quiet', 'Offline', 'Never seen']) await figure(name, '25,000')
    expect(await portray(page, 'overview-many')).toEqual([])
    await main(page).getByRole('button', { name: 'Open wall view' }).click()
    await page.getByRole('heading', { level: 1, name: many.organization }).waitFor()
    await figure('Quiet', '25,000')
    expect(await portray(page, 'overview-many-wall')).toEqual([])
    expect(await cutOff()).toEqual([])
  })

  it.each(['', '/devices', '/devices/spare'])('loads less than 200 kB of script first: %s', async (path) => {
    const address = `/o/${administrator.organization}${path}`
    const html = await (await fetch(platform.url + address)).text()
    const scripts = [...html.matchAll(/<script[^>]+src="([^"]+)"[^>]*>/g)]
      // For browsers from before modules, which no other loads.
      .filter(([tag]) => !/nomodule/i.test(tag))
      .map(([, source]) => source ?? '')
    expect(scripts.length).toBeGreaterThan(5)
    let bytes = 0
    for (const source of new Set(scripts)) {
      const script = await (await fetch(new URL(source, platform.url))).arrayBuffer()
      bytes += zlib.gzipSync(script, { level: 9 }).length
    }
    expect(bytes).toBeLessThan(firstLoadLimitBytes)
  })

  /** Numbers that are wider than their tile. */
  const cutOff = () =>
    main(page)
      .getByRole('listitem')
      .getByRole('paragraph')
      .evaluateAll((all) =>
        all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
      )

  const tile = (name: string): Locator =>
    main(page)
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading', { level: 2, name, exact: true }) })

  const quota = (name: string): Locator =>
    main(page)
      .getByRole('region', { name: 'Usage' })
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading', { level: 3, name, exact: true }) })

  const value = async (name: string): Promise<string> =>
    (await tile(name).getByRole('paragraph').first().textContent()) ?? ''

  const rate = async (name: string): Promise<number> =>
    Number.parseFloat((await value(name)).replaceAll(',', ''))

  async function figure(name: string, expected: string): Promise<void> {
    await expect
      .poll(async () => ((await tile(name).count()) === 0 ? null : /^[\d,.]+/.exec(await value(name))?.[0]), {
        timeout: 30_000,
      })
      .toBe(expected)
  }

  /** A device that sends three values four times a second until the end. */
  async function startSending(name: string, id: string): Promise<void> {
    const { topic, ...credential } = await device(administrator, name, id)
    const socket = await connectSocket({ ...credential, url: platform.mqttTcpUrl })
    sockets.push(socket)
    const send = () =>
      socket.publish(topic, JSON.stringify({ flow: Math.random(), pressure: Math.random(), on: true }), {
        qos: 1,
      })
    sending.push(setInterval(send, 250))
  }
})
