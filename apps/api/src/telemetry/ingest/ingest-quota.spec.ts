import { describe, expect, it } from 'vitest'
import { IngestQuota, type IngestQuotaLimits } from './ingest-quota.js'

const room = (bounds: Partial<IngestQuotaLimits>) =>
  new IngestQuota({ samples: 1_000, bytes: 1_000_000, organizationShare: 1, deviceShare: 1, ...bounds })

const of = (deviceKey: number, organizationId = 1) => ({ organizationId, deviceKey })

describe('IngestQuota', () => {
  it('lets in until it is full, and again when somebody left', () => {
    const waiting = room({ samples: 10 })
    expect(waiting.enter(of(1), 10, 100, false)).toBeNull()
    expect(waiting.enter(of(2), 1, 100, false)).toBe('full')
    waiting.leave(of(1), 10, 100)
    expect([waiting.samples, waiting.bytes]).toEqual([0, 0])
    expect(waiting.enter(of(2), 1, 100, false)).toBeNull()
  })

  it('is bounded by bytes too', () => {
    const waiting = room({ bytes: 10_000 })
    expect(waiting.enter(of(1), 1, 9_000, false)).toBeNull()
    expect(waiting.enter(of(2), 1, 9_000, false)).toBe('full')
  })

  it('keeps half for those who wait for an answer', () => {
    const waiting = room({ samples: 10 })
    expect(waiting.enter(of(1), 5, 10, true)).toBeNull()
    expect(waiting.enter(of(2), 1, 10, true)).toBe('full')
    expect(waiting.enter(of(2), 5, 10, false)).toBeNull()
  })

  it('lets no device take more than its share, of samples or bytes', () => {
    const waiting = room({ samples: 100, bytes: 40_000, deviceShare: 0.25 })
    expect(waiting.enter(of(1), 25, 10, false)).toBeNull()
    expect(waiting.enter(of(1), 1, 10, false)).toBe('device_full')
    expect(waiting.enter(of(2), 1, 9_500, false)).toBeNull()
    expect(waiting.enter(of(2), 1, 100, false)).toBe('device_full')
    expect(waiting.enter(of(3), 13, 10, true)).toBe('device_full')
    expect(waiting.enter(of(3), 12, 10, true)).toBeNull()
    waiting.leave(of(1), 25, 10)
    expect(waiting.enter(of(1), 1, 10, false)).toBeNull()
  })

  it('lets no organization shut the others out', () => {
    const waiting = room({ samples: 100, organizationShare: 0.75, deviceShare: 0.25 })
    for (const deviceKey of [1, 2, 3]) expect(waiting.enter(of(deviceKey), 25, 10, false)).toBeNull()
    expect(waiting.enter(of(4), 1, 10, false)).toBe('organization_full')
    expect(waiting.enter(of(5, 2), 25, 10, false)).toBeNull()
    waiting.leave(of(1), 25, 10)
    expect(waiting.enter(of(4), 25, 10, false)).toBeNull()
  })
})
