import type { BrokerLogger } from '@heliograph/broker'
import type { Logger } from '@nestjs/common'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'

const longestFields = 200

/** The broker's log over Nest's. Clients can cause its warnings, so these are grouped by their text. */
export function brokerLogger(logger: Pick<Logger, 'debug' | 'log' | 'warn' | 'error'>): BrokerLogger {
  const warnings = new GroupedLog((line) => logger.warn(line))
  return {
    debug: (fields, message) => logger.debug({ ...fields, msg: message }),
    info: (fields, message) => logger.log({ ...fields, msg: message }),
    warn: (fields, message) =>
      warnings.note(message, () => `${message} (${JSON.stringify(fields).slice(0, longestFields)})`),
    error: (fields, message) => logger.error({ ...fields, msg: message }),
  }
}
