import type { LoggerService } from '@nestjs/common'
import { type Logger as Pino, pino } from 'pino'

export type RootLogger = Pino

/** The injection token of the RootLogger. */
export const ROOT_LOGGER = Symbol('ROOT_LOGGER')

const secretFields = ['authorization', 'cookie', 'set-cookie', 'password', 'secret', 'token', 'key', 'code']

/** Lines of JSON on stdout, in which no secret can stand by accident. */
export function createRootLogger(level: string): RootLogger {
  const paths = secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`])
  return pino({ level, base: undefined, redact: { paths, censor: '[redacted]' } })
}

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
    if (message instanceof Error) return this.root[level]({ context, err: message }, message.message)
    if (typeof message === 'object') return this.root[level]({ context, ...message })
    this.root[level]({ context, ...(typeof stack === 'string' ? { stack } : {}) }, String(message))
  }
}
