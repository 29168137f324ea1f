import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { artifact } from './artifacts.js'

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The serious and critical findings of axe on a page, one line each. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const results = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } }
    return axe.run()
  })
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
}

const viewports = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } }

/** Leaves pictures of a page: wide and narrow, light and dark. Gives what axe finds in either theme. */
export async function portray(page: Page, name: string): Promise<string[]> {
  const problems = new Set<string>()
  // A page has its title a moment after its address has changed.
  await page.waitForFunction(() => document.title !== '')
  for (const [width, viewport] of Object.entries(viewports)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.screenshot({ path: artifact(`${name}-${width}-${colorScheme}.png`) })
      for (const problem of await accessibilityProblems(page))
        problems.add(`${width} ${colorScheme}: ${problem}`)
      if (await overflowsSideways(page)) problems.add(`${width} ${colorScheme}: scrolls sideways`)
    }
  }
  await page.setViewportSize(viewports.wide)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
  return [...problems]
}

function overflowsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
}
