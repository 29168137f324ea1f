import { parseArgs } from 'node:util'

export interface SimulateOptions {
  devices: number
  /** Messages a second, of each device. */
  ratePerSecond: number
  /** The address of the platform. */
  url: string
  key: string
  /** True when the key was an argument, which others on the machine can read. */
  keyIsVisible: boolean
  transport: 'ws' | 'tcp'
  /** True leaves the devices in place at the end. */
  keep: boolean
  /** null when the simulation runs until it is stopped. */
  durationSeconds: number | null
}

/** The command line is not valid. The message says why, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const usage = `Usage: npm run simulate -- [options]

Registers devices, connects them over MQTT and lets them send believable signals.
HELIOGRAPH_API_KEY holds an API key with the role admin.

  --devices N      how many (default 5, at most 5000)
  --rate R         messages a second, of each device (default 1)
  --url URL        the address of the platform (default: the one that runs here, or http://127.0.0.1:3000)
  --key KEY        the API key; the list of processes shows it, so that HELIOGRAPH_API_KEY is better
  --transport T    ws or tcp (default ws)
  --duration S     stop after so many seconds (default: at Ctrl-C)
  --keep           leave the devices in place at the end
  --help`

/** Reads the command line; null when it asks for the usage. Throws a UsageError. */
export function parseOptions(args: string[], environment: NodeJS.ProcessEnv): SimulateOptions | null {
  const values = parse(args)
  if (values.help) return null
  const url = checkedUrl(values.url)
  const key = values.key ?? environment.HELIOGRAPH_API_KEY ?? ''
  if (key === '') throw new UsageError(missingKey(url))
  if (values.transport !== 'ws' && values.transport !== 'tcp')
    throw new UsageError(`--transport must be ws or tcp, not ${JSON.stringify(values.transport)}`)
  return {
    devices: number('--devices', values.devices, { minimum: 1, maximum: 5_000, whole: true }),
    ratePerSecond: number('--rate', values.rate, { minimum: 0.001, maximum: 1_000 }),
    durationSeconds:
      values.duration === undefined
        ? null
        : number('--duration', values.duration, { minimum: 0.1, maximum: 31_536_000 }),
    url,
    key,
    keyIsVisible: values.key !== undefined,
    transport: values.transport,
    keep: values.keep,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        devices: { type: 'string', default: '5' },
        rate: { type: 'string', default: '1' },
        url: { type: 'string', default: 'http://127.0.0.1:3000' },
        key: { type: 'string' },
        transport: { type: 'string', default: 'ws' },
        duration: { type: 'string' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
}

function number(
  name: string,
  text: string,
  { minimum, maximum, whole = false }: { minimum: number; maximum: number; whole?: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return value
  const kind = whole ? 'a whole number' : 'a number'
  throw new UsageError(`${name} must be ${kind} from ${minimum} to ${maximum}, not ${JSON.stringify(text)}`)
}

function checkedUrl(text: string): string {
  const scheme = URL.canParse(text) ? new URL(text).protocol : ''
  if (scheme === 'http:' || scheme === 'https:') return text.replace(/\/+$/, '')
  throw new UsageError(`--url must be an address like http://127.0.0.1:3000, not ${JSON.stringify(text)}`)
}

function missingKey(url: string): string {
  return [
    'The simulator needs an API key, because it registers its devices over REST.',
    `Make one in the page: open ${url}, sign in, and go to "API keys" (role admin). Then:`,
    '',
    '  HELIOGRAPH_API_KEY=hg_key_… npm run simulate -- --devices 20 --rate 1',
  ].join('\n')
}
