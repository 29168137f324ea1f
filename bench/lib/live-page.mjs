import { setTimeout as sleep } from 'node:timers/promises'

const heapEveryMs = 5_000

/** The live page of a device in a browser, with measurements from within the page. */
export class LivePage {
  #page
  #context
  #browser

  static async open(browser, platform, device, { charts }) {
    const live = new LivePage()
    const { url, administrator, organization } = platform.pages
    live.#browser = browser
    live.#context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await live.#context.addInitScript(noteArrivals)
    const page = await live.#context.newPage()
    live.#page = page
    await page.goto(`${url}/sign-in`)
    await page.getByLabel('E-mail').fill(administrator.email)
    await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/o/**')
    await page.goto(`${url}/o/${organization}/devices/${device}?range=1m`)
    await page.getByText(/^live( ·|$)/).waitFor()
    const toggles = page.getByRole('button', { name: /^Chart of / })
    await toggles.first().waitFor()
    for (const toggle of await toggles.all()) {
      if ((await page.getByRole('figure').count()) >= charts) break
      if ((await toggle.getAttribute('aria-pressed')) === 'false') await toggle.click()
    }
    await page
      .getByRole('figure')
      .nth(charts - 1)
      .waitFor()
    await page.getByRole('region', { name: 'Charts' }).scrollIntoViewIfNeeded()
    return live
  }

  /** Ids of the processes that belong to the measurement: browser, api, pages, database and this one. */
  async processIds(platform) {
    const session = await this.#browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    await session.detach()
    const { pids } = await platform.start()
    return [process.pid, ...pids, ...processInfo.map(({ id }) => id)]
  }

  /**
   * When the chart of a key was drawn, after which the page was handed over to be painted, and the newest value in it; and
   * when the page's own code was first handed each value.
   */
  async watchRedraws(key, durationMs) {
    const { redraws, arrivals } = await this.#page.evaluate(
      ({ key, durationMs }) =>
        new Promise((resolve) => {
          const seen = []
          const figure = [...document.querySelectorAll('figure')].find((one) =>
            one.querySelector(`[title="${key}"]`),
          )
          const channel = new MessageChannel()
          let value = 0
          globalThis.heliographArrivals = { key, seen: [] }
          // A task that is posted within a frame runs after the frame was laid out and painted.
          channel.port1.onmessage = ({ data }) =>
            seen.push({ at: performance.timeOrigin + performance.now(), value: data })
          const observer = new MutationObserver(() => {
            const text = figure.querySelector('figcaption .tabular-nums span')?.textContent ?? ''
            const next = Number(text.replaceAll(',', ''))
            if (next === value) return
            value = next
            channel.port2.postMessage(value)
          })
          observer.observe(figure, { subtree: true, childList: true, characterData: true })
          setTimeout(() => {
            observer.disconnect()
            resolve({ redraws: seen, arrivals: globalThis.heliographArrivals.seen })
          }, durationMs)
        }),
      { key, durationMs },
    )
    return { redraws, arrivals: new Map(arrivals.map(({ value, at }) => [value, at])) }
  }

  async watchFlood(durationMs) {
    await this.#page.evaluate(() => {
      const watch = { frames: [], longTasks: [], startedAt: performance.now() }
      globalThis.heliographBench = watch
      const onFrame = (at) => {
        const second = Math.floor((at - watch.startedAt) / 1_000)
        watch.frames[second] = (watch.frames[second] ?? 0) + 1
        requestAnimationFrame(onFrame)
      }
      requestAnimationFrame(onFrame)
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) watch.longTasks.push(duration)
      }).observe({ type: 'longtask' })
    })
    const heap = []
    const startedAt = performance.now()
    while (performance.now() - startedAt < durationMs) {
      await sleep(heapEveryMs)
      const mib = await this.#page.evaluate(() => performance.memory.usedJSHeapSize / 2 ** 20)
      heap.push({ seconds: (performance.now() - startedAt) / 1_000, mib })
    }
    const watch = await this.#page.evaluate(() => globalThis.heliographBench)
    // In the first seconds history is read, and the last one is incomplete.
    const seconds = Array.from(watch.frames.slice(0, -1), (count) => count ?? 0)
    const mean = seconds.reduce((sum, count) => sum + count, 0) / seconds.length
    return {
      frames: { mean, worst: Math.min(...seconds) },
      longTasks: watch.longTasks,
      heap,
      seconds: durationMs / 1_000,
    }
  }

  /** The page's notice of samples that it does not draw. */
  async notes() {
    const charts = this.#page.getByRole('region', { name: 'Charts' })
    const texts = await charts.locator('p').allTextContents()
    return texts.at(-1) ?? ''
  }

  async close() {
    await this.#context.close()
  }
}

/** Runs in the page before its own scripts: each message is noted before they see it. */
function noteArrivals() {
  const utf8 = new TextDecoder()
  globalThis.WebSocket = class extends WebSocket {
    constructor(...options) {
      super(...options)
      this.addEventListener('message', ({ data }) => {
        const arrivals = globalThis.heliographArrivals
        if (arrivals === undefined) return
        const at = performance.timeOrigin + performance.now()
        const values = utf8.decode(data).matchAll(new RegExp(`"${arrivals.key}":(-?[\\d.]+)`, 'g'))
        for (const [, value] of values) arrivals.seen.push({ value: Number(value), at })
      })
    }
  }
}
