import { type BrokerLimits, defaultLimits } from '@heliograph/broker'
import type { Logger } from '@nestjs/common'
import type { Config } from '../../foundation/config/config.js'
import { httpLimits } from '../../http/front-door/http-limits.js'

/** For the database, files and sockets of the platform itself. */
const ownDescriptors = 256

/**
 * The broker's limits, with no more connections than this process may have open: otherwise the last MQTT client would take
 * the descriptor of the next HTTP request. HTTP keeps as many as it may use, or a quarter where there are few.
 */
export function withinDescriptors(
  { mqttLimits, limits }: Pick<Config, 'mqttLimits' | 'limits'>,
  logger: Pick<Logger, 'warn'>,
  descriptors: number = openFilesLimit(),
): Partial<BrokerLimits> {
  const wanted = { ...defaultLimits, ...mqttLimits }
  const forHttp = Math.min(httpLimits.values(limits).connections, descriptors / 4)
  const room = Math.max(leastConnections, Math.floor(descriptors - forHttp - ownDescriptors))
  if (wanted.maxConnections <= room) return mqttLimits
  logger.warn(
    `maxConnections is ${room} instead of ${wanted.maxConnections}, as this process may open ${descriptors} files and sockets (ulimit -n); raise that for more MQTT connections`,
  )
  // Sockets without a CONNECT are beside the accepted ones.
  const maxUnauthenticatedConnections = Math.min(wanted.maxUnauthenticatedConnections, Math.ceil(room / 4))
  return {
    ...mqttLimits,
    maxConnections: room - maxUnauthenticatedConnections,
    maxUnauthenticatedConnections,
  }
}

const leastConnections = 16

/** How many files and sockets this process may have open. Infinity where the system has no such limit. */
function openFilesLimit(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } }
  const limit = Number(report.userLimits?.open_files?.soft)
  return Number.isFinite(limit) && limit > 0 ? limit : Number.POSITIVE_INFINITY
}
