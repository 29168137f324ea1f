import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { inProject } from '../foundation/paths.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { commandExists } from '../process/command-exists.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * The Chromium to test with: the one that CHROMIUM_PATH names, an installed one, or Playwright's.
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) return named
  const directories = (process.env.PATH ?? '').split(path.delimiter)
  const installed = directories.flatMap((directory) => names.map((name) => path.join(directory, name)))
  return [...installed, ...macApplications, ...playwrightChromium()].find((file) => fs.existsSync(file))
}

/**
 * Installs Chromium unless it is there: as root on Debian from the system’s packages, else by Playwright’s download.
 * @param {(line: string) => void} report
 * @returns {string} its path
 */
export function installChromium(report) {
  const found = findChromium()
  if (found) return found
  const failures = []
  if (process.getuid?.() === 0 && commandExists('apt-get')) {
    report('Installing Chromium from the system’s packages')
    failures.push(
      run('apt-get', ['update']) ?? run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']),
    )
  }
  if (!findChromium()) {
    report('Downloading Chromium by Playwright')
    failures.push(run(process.execPath, [playwrightCli(), 'install', 'chromium']))
  }
  const installed = findChromium()
  if (installed) return installed
  throw new UserError(
    'The browser tests need Chromium, and it could not be installed.',
    'Install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to one.',
    ...failures.filter((failure) => failure !== undefined),
  )
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {string | undefined} what went wrong
 */
function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const result = spawnSync(command, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (result.status === 0) return undefined
  const output = result.error?.message ?? result.stderr.trim().split('\n').slice(-3).join(' ')
  return `${path.basename(command)} ${args[0]}: ${output}`
}

function playwrightCli() {
  return inProject('node_modules/playwright-core/cli.js')
}

/** @returns {string[]} */
function playwrightChromium() {
  const script = `import { chromium } from 'playwright-core'; process.stdout.write(chromium.executablePath())`
  const options = { cwd: inProject(), encoding: /** @type {const} */ ('utf8') }
  const result = spawnSync(process.execPath, ['--input-type=module', '--eval', script], options)
  return result.status === 0 && result.stdout ? [result.stdout] : []
}
