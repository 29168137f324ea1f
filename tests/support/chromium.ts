import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../scripts/testing/chromium.mjs'

/** Starts a headless Chromium that contacts no server of its own. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('There is no Chromium; `npm test` installs one.')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
