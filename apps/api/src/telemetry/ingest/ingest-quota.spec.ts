import { describe, expect, it } from 'vitest'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { ingestLimits } from './ingest-limits.js'
import { IngestQuota } from './ingest-quota.js'

const quotaOf = (limits: Partial<LimitValues<typeof ingestLimits>>) =>
  new IngestQuota({ samples: 1_000, bytes: 1_000_000, organizationShare: 1, deviceShare: 1, ...limits })

const of = (deviceKey: number, organizationId = 1) => ({ organizationId, deviceKey })
const size = (samples: number, payloadBytes: number) => ({ samples, payloadBytes })

describe('IngestQuota', () => {
  it('takes messages until it is used up, and again when one is released', () => {
    const quota = quotaOf({ samples: 10 })
    expect(quota.reserve(of(1), size(10, 100), 'acknowledged')).toBeNull()
    expect(quota.reserve(of(2), size(1, 100), 'acknowledged')).toBe('full')
    quota.release(of(1), size(10, 100))
    expect([quota.samples, quota.bytes]).toEqual([0, 0])
    expect(quota.reserve(of(2), size(1, 100), 'acknowledged')).toBeNull()
  })

  it('limits bytes too', () => {
    const quota = quotaOf({ bytes: 10_000 })
    expect(quota.reserve(of(1), size(1, 9_000), 'acknowledged')).toBeNull()
    expect(quota.reserve(of(2), size(1, 9_000), 'acknowledged')).toBe('full')
  })

  it('keeps half for messages that are acknowledged', () => {
    const quota = quotaOf({ samples: 10 })
    expect(quota.reserve(of(1), size(5, 10), 'unacknowledged')).toBeNull()
    expect(quota.reserve(of(2), size(1, 10), 'unacknowledged')).toBe('full')
    expect(quota.reserve(of(2), size(5, 10), 'acknowledged')).toBeNull()
  })

  it('gives a device no more than its share, of samples or bytes', () => {
    const quota = quotaOf({ samples: 100, bytes: 40_000, deviceShare: 0.25 })
    expect(quota.reserve(of(1), size(25, 10), 'acknowledged')).toBeNull()
    expect(quota.reserve(of(1), size(1, 10), 'acknowledged')).toBe('device_full')
    expect(quota.reserve(of(2), size(1, 9_500), 'acknowledged')).toBeNull()
    expect(quota.reserve(of(2), size(1, 100), 'acknowledged')).toBe('device_full')
    expect(quota.reserve(of(3), size(13, 10), 'unacknowledged')).toBe('device_full')
    expect(quota.reserve(of(3), size(12, 10), 'unacknowledged')).toBeNull()
    quota.release(of(1), size(25, 10))
    expect(quota.reserve(of(1), size(1, 10), 'acknowledged')).toBeNull()
  })

  it('gives an organization no more than its share', () => {
    const quota = quotaOf({ samples: 100, organizationShare: 0.75, deviceShare: 0.25 })
    for (const deviceKey of [1, 2, 3])
      expect(quota.reserve(of(deviceKey), size(25, 10), 'acknowledged')).toBeNull()
    expect(quota.reserve(of(4), size(1, 10), 'acknowledged')).toBe('organization_full')
    expect(quota.reserve(of(5, 2), size(25, 10), 'acknowledged')).toBeNull()
    quota.release(of(1), size(25, 10))
    expect(quota.reserve(of(4), size(25, 10), 'acknowledged')).toBeNull()
  })
})
