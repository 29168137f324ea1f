import type { Core } from '../core/core.js'
import type { ClientInfo } from '../interface/types.js'
import { TopicReport } from './topic-report.js'

/** Reports the denied publishes of one client: the first to a topic at once, and how many followed once a second. */
export function denialReport<P>(core: Core<P>, client: ClientInfo<P>): TopicReport {
  const { sessionId, clientId, remoteAddress } = client
  return new TopicReport(
    (topic, count, detail) =>
      core.refuse({
        stage: 'publish',
        reason: 'not_authorized',
        sessionId,
        clientId,
        remoteAddress,
        topic,
        client,
        count,
        ...(detail === undefined ? {} : { detail }),
      }),
    { intervalMs: 1_000, nowMs: core.nowMs },
  )
}
