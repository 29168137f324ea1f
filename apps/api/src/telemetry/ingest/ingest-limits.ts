import { LimitSet } from '../../foundation/limits/stated-limits.js'

const dropped = 'QoS 0 is dropped and counted; of other messages the connection ends, HTTP gets 503'

/** What may wait for its commit. Messages at QoS 0 may use half of each limit. */
export const ingestLimits = new LimitSet('ingest', 'Telemetry that waits for its commit', {
  samples: {
    default: 400_000,
    unit: 'count',
    per: 'platform',
    text: 'samples that wait for their commit',
    past: dropped,
  },
  bytes: {
    default: 64 * 1024 * 1024,
    unit: 'bytes',
    per: 'platform',
    text: 'bytes that wait for their commit',
    past: dropped,
  },
  organizationShare: {
    default: 0.75,
    unit: 'share',
    per: 'organization',
    text: 'the share of both that one organization may have',
    past: dropped,
  },
  deviceShare: {
    default: 0.25,
    unit: 'share',
    per: 'owner',
    text: 'the share of both that one device may have',
    past: dropped,
  },
})
