import type { Browser, Locator, Page } from 'playwright-core'
import type { Administrator } from '../support/accounts.js'

/** Signs in on the sign-in page, in a browser profile of its own, and shows the devices. */
export async function visit(
  browser: Browser,
  url: string,
  who: Pick<Administrator, 'email' | 'password' | 'organization'>,
  { locale = 'en-US', timezoneId }: { locale?: string; timezoneId?: string } = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    acceptDownloads: true,
    locale,
    ...(timezoneId && { timezoneId }),
  })
  const page = await context.newPage()
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(who.password)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/o/**')
  await page.goto(`${url}/o/${who.organization}/devices`)
  await live(page)
  return page
}

/** Waits until the page says that its connection is live. */
export async function live(page: Page): Promise<void> {
  await page.getByText(/^live( ·|$)/).waitFor()
}

/** What the page's connection says of itself, in the top bar. */
export function connection(page: Page): Locator {
  return page.getByRole('banner')
}

export const main = (page: Page): Locator => page.getByRole('main')

/** Registers a device with a credential over REST. */
export async function device(
  administrator: Administrator,
  name: string,
  id: string,
): Promise<{ clientId: string; username: string; password: string; id: string; topic: string }> {
  await administrator.send('POST', '/api/v1/devices', { name, id })
  const issued = await administrator.send<Issued>('POST', `/api/v1/devices/${id}/credentials`, {})
  const { clientId, username, password, topics } = issued
  return { clientId, username, password, id: issued.id, topic: topics.telemetry }
}

interface Issued {
  id: string
  clientId: string
  username: string
  password: string
  topics: { telemetry: string }
}
