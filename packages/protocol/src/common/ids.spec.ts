import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeviceId, fileNameOf, OrganizationSlug, suggestDeviceId, suggestSlug } from './ids.js'

describe('a device id', () => {
  it.each(['pump-7', 'AA:BB:CC:DD:EE:FF', 'v1.2', '.hidden', ':', 'a'.repeat(64)])('may be %s', (id) => {
    expect(DeviceId.safeParse(id).success).toBe(true)
  })

  it.each(['', '.', '..', '...', 'a/b', 'a b', 'a+', '#', 'ä', 'a\n', 'a'.repeat(65)])('is not %j', (id) => {
    expect(DeviceId.safeParse(id).success).toBe(false)
  })

  it('says why it is not dots alone', () => {
    expect(DeviceId.safeParse('..').error?.issues[0]?.message).toContain('dots alone')
  })

  it('becomes the name of a file that Windows takes', () => {
    expect(fileNameOf('AA:BB', '.csv')).toBe('AA-BB.csv')
    expect(fileNameOf('v1.2', '-telemetry')).toBe('v1.2-telemetry')
  })
})

describe('suggested ids', () => {
  it.each([
    ['Greenhouse pump', 'greenhouse-pump'],
    ['  Pumpe Nº 7 (Süd) ', 'pumpe-no-7-sud'],
    ['日本', ''],
    ['---', ''],
    ['AA:BB:CC:DD:EE:FF ', 'AA:BB:CC:DD:EE:FF'],
    ['Sensor v1.2', 'sensor-v1-2'],
    ['v1.2', 'v1.2'],
    ['...', ''],
  ])('%j gives %j', (name, id) => {
    expect(suggestDeviceId(name)).toBe(id)
  })

  it('are valid whenever something is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        const [id, slug] = [suggestDeviceId(name), suggestSlug(name)]
        if (id !== '') expect(DeviceId.safeParse(id).success).toBe(true)
        if (slug !== '') expect(OrganizationSlug.safeParse(slug).success).toBe(true)
      }),
    )
  })
})
