import { type Api, ApiError, apiClient } from './api.js'
import { Fleet } from './fleet.js'
import { parseOptions, type SimulateOptions, UsageError, usage } from './options.js'
import { type Screen, showStatus } from './status.js'

export interface MainEnvironment {
  screen?: Screen
  api?: (options: SimulateOptions) => Api
}

/** The command line: simulates until stopped, deletes the devices, and returns the exit code. */
export async function main(
  args: string[],
  environment: NodeJS.ProcessEnv,
  { screen = process.stdout, api = apiClient }: MainEnvironment = {},
): Promise<number> {
  try {
    const options = parseOptions(args, environment)
    if (options === null) {
      screen.write(`${usage}\n`)
      return 0
    }
    if (options.keyIsVisible) console.error(visibleKey)
    return await simulate(new Fleet(api(options), options), options, screen)
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ApiError)) throw error
    console.error(error.message)
    return 1
  }
}

const visibleKey =
  'Everybody on this machine can read the API key of --key in the list of processes. Set HELIOGRAPH_API_KEY instead.'

async function simulate(fleet: Fleet, options: SimulateOptions, screen: Screen): Promise<number> {
  const stop = stopRequested()
  const status = showStatus(screen, () => fleet.counts)
  try {
    await Promise.race([fleet.start(), stop.requested])
    await Promise.race([stop.requested, elapsed(options.durationSeconds)])
    return 0
  } finally {
    await fleet.stop()
    status.end()
    await clearUp(fleet, options, screen)
    stop.forget()
  }
}

async function clearUp(fleet: Fleet, options: SimulateOptions, screen: Screen): Promise<void> {
  const { registered } = fleet.counts
  if (registered === 0) return
  if (options.keep) {
    screen.write(`Left ${registered} devices in place, with the tag "simulated".\n`)
    return
  }
  const left = await fleet.remove()
  screen.write(`Deleted ${registered - left.length} of ${registered} devices.\n`)
  if (left.length > 0) screen.write(`Could not delete these; delete them in the page: ${left.join(', ')}\n`)
}

/** The first Ctrl-C or SIGTERM requests an orderly end; the second ends the process at once. */
function stopRequested(): { requested: Promise<void>; forget(): void } {
  let onSignal = () => {}
  const requested = new Promise<void>((resolve) => {
    let asked = false
    onSignal = () => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    }
  })
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return { requested, forget: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) }
}

function elapsed(seconds: number | null): Promise<void> {
  return new Promise((resolve) => {
    if (seconds !== null) setTimeout(resolve, seconds * 1_000).unref()
  })
}
