import type { Logger } from '@nestjs/common'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'

/** Logs errors of requests that are no answer to the caller: each with its stack, but those that clients cause grouped. */
export class FailureLog {
  private readonly grouped: GroupedLog

  constructor(private readonly logger: Pick<Logger, 'error' | 'warn'>) {
    this.grouped = new GroupedLog((line) => logger.warn(line))
  }

  readonly report = (error: unknown): void => {
    if (isAborted(error))
      this.grouped.note('aborted', () => 'a client ended its request before its body was whole')
    else this.logger.error(error)
  }
}

/** Whether the client closed the connection while its body was being read. Node gives this error no type of its own. */
export function isAborted(error: unknown): boolean {
  return (
    error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET'
  )
}
