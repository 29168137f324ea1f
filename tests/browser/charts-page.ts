import type { Download, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { main } from './visitor.js'

const patience = { timeout: 30_000, interval: 200 }

/** The charts on the page of a device, as a person uses them by mouse and keys. */
export class ChartsPage {
  constructor(
    private readonly page: Page,
    private readonly address: string,
  ) {}

  get region(): Locator {
    return main(this.page).getByRole('region', { name: 'Charts' })
  }

  get crosshair(): Locator {
    return this.region.getByRole('slider', { name: 'Crosshair of the charts' })
  }

  async open(search: string): Promise<void> {
    await this.page.goto(this.address + search)
    await this.drawn()
  }

  /** Until everything that is looked at has been read. */
  async drawn(): Promise<void> {
    await this.region.locator('canvas').nth(1).waitFor()
    await expect.poll(() => this.region.getByText('Loading history').count(), patience).toBe(0)
  }

  async newest(value: number): Promise<void> {
    const tile = main(this.page).getByRole('region', { name: 'Latest values' })
    await tile.getByText(new RegExp(`^${value}`)).waitFor()
  }

  /** What the address says is shown; it follows when the charts have come to rest. */
  async range(): Promise<{ from: number; to: number }> {
    const query = new URL(this.page.url()).searchParams
    return { from: Number(query.get('from')), to: Number(query.get('to')) }
  }

  async spanMs(): Promise<number> {
    const { from, to } = await this.range()
    return to - from
  }

  /** Where a moment of a followed span is, or a share of the width. */
  async place(ts: number, spanMs: number, share?: number): Promise<{ x: number; y: number }> {
    const box = await this.region.getByRole('img', { name: 'Chart of temperature' }).boundingBox()
    if (box === null) throw new Error('There is no chart.')
    const at = share ?? 1 - (Date.now() - ts) / spanMs
    return { x: box.x + 56 + (box.width - 72) * at, y: box.y + 40 }
  }

  async drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
    await this.page.mouse.move(from.x, from.y)
    await this.page.mouse.down()
    await this.page.mouse.move(to.x, to.y, { steps: 5 })
    await this.page.mouse.up()
  }

  /** Zooms in by keys, around the sample nearest to a moment. */
  async zoomTo(ts: number, spanMs: number): Promise<void> {
    for (;;) {
      const { from, to } = await this.range()
      if (to - from <= spanMs) return
      await this.readOut(ts)
      await this.page.keyboard.press('+')
      await expect.poll(() => this.spanMs(), patience).toBeLessThan(to - from)
      await this.drawn()
    }
  }

  /** Puts the crosshair on the sample nearest to a moment by keys, and gives what is read out there. */
  async readOut(ts: number): Promise<string> {
    await this.drawn()
    await this.crosshair.focus()
    // There is nothing to go to until what is in sight has been read.
    const home = async () => {
      await this.page.keyboard.press('Home')
      return Number(await this.crosshair.getAttribute('aria-valuenow'))
    }
    await expect.poll(home, patience).toBeGreaterThan(0)
    let best = { text: '', away: Number.POSITIVE_INFINITY }
    for (const key of ['PageDown', 'ArrowLeft', 'ArrowRight']) {
      for (let presses = 0; presses < 400; presses += 1) {
        const at = Number(await this.crosshair.getAttribute('aria-valuenow'))
        const text = (await this.crosshair.getAttribute('aria-valuetext')) ?? ''
        if (Math.abs(at - ts) <= best.away) best = { text, away: Math.abs(at - ts) }
        if (key === 'ArrowLeft' ? at <= ts : at >= ts) break
        await this.page.keyboard.press(key)
        if (Number(await this.crosshair.getAttribute('aria-valuenow')) === at) break
      }
    }
    return best.text
  }

  async atEnd(): Promise<string | null> {
    await this.page.keyboard.press('End')
    return this.crosshair.getAttribute('aria-valuetext')
  }

  async marksInSight(): Promise<string[]> {
    const lane = this.region.locator('canvas').first()
    const box = await lane.boundingBox()
    const found = new Set<string>()
    for (let x = 60; box !== null && x < box.width; x += 6) {
      await this.page.mouse.move(box.x + x, box.y + box.height / 2)
      for (const text of await this.region
        .getByRole('status')
        .filter({ hasText: /\d\d:/ })
        .locator('p > span:last-child')
        .allTextContents())
        found.add(text)
    }
    return [...found]
  }

  async chooseCsv(): Promise<Locator> {
    await this.region.getByRole('button', { name: /^CSV of / }).click()
    const dialog = this.page.getByRole('dialog', { name: 'Save as CSV' })
    await dialog.waitFor()
    return dialog
  }

  async saved(button: Locator): Promise<Download> {
    const downloading = this.page.waitForEvent('download')
    await button.click()
    return downloading
  }
}
