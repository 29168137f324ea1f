import type { LoggerService } from '@nestjs/common'
import { type Logger as Pino, pino } from 'pino'
import { hideSecrets, writtenForms } from '../secrets/hide-secrets.js'
import { readableLine } from './readable-line.js'

export type RootLogger = Pino

/** The injection token of the RootLogger. */
export const ROOT_LOGGER = Symbol('ROOT_LOGGER')

const secretFields = ['authorization', 'cookie', 'set-cookie', 'password', 'secret', 'token', 'key', 'code']

interface Options {
  /** Lines for people instead of JSON. */
  readable?: boolean
  /** Secrets that have no form by which they are known, such as METRICS_TOKEN. */
  secrets?: readonly string[]
}

/**
 * Logs to stdout, as JSON or as readable lines. Fields that hold secrets are redacted, and secrets that clients put into
 * other texts are hidden.
 */
export function createRootLogger(
  level: string,
  { readable = false, secrets = [] }: Options = {},
): RootLogger {
  const formless = secrets.flatMap(writtenForms)
  const paths = secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`])
  const options = {
    level,
    base: undefined,
    redact: { paths, censor: '[redacted]' },
    hooks: { streamWrite: (line: string) => hideSecrets(line, formless) },
  }
  return readable
    ? pino(options, { write: (json) => void process.stdout.write(`${readableLine(json)}\n`) })
    : pino(options)
}

/** The contexts of the lines in which Nest lists classes and routes at the start. */
const contextsOfNestsStart = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
])

/** Nest's logger interface over pino. */
export class NestLogger implements LoggerService {
  constructor(private readonly root: RootLogger) {}

  log = (message: unknown, ...rest: unknown[]) => this.write('info', message, rest)
  error = (message: unknown, ...rest: unknown[]) => this.write('error', message, rest)
  warn = (message: unknown, ...rest: unknown[]) => this.write('warn', message, rest)
  debug = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest)
  verbose = (message: unknown, ...rest: unknown[]) => this.write('trace', message, rest)
  fatal = (message: unknown, ...rest: unknown[]) => this.write('fatal', message, rest)

  /** Nest passes the context last, and the stack of an error before it. */
  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: unknown[],
  ) {
    const context = rest.at(-1)
    const stack = rest.length > 1 ? rest[0] : undefined
    if (level === 'info' && contextsOfNestsStart.has(String(context))) level = 'debug'
    if (message instanceof Error) return this.root[level]({ context, err: message }, message.message)
    if (typeof message === 'object') return this.root[level]({ context, ...message })
    this.root[level]({ context, ...(typeof stack === 'string' ? { stack } : {}) }, String(message))
  }
}
