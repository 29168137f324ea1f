import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeviceId, OrganizationSlug, suggestDeviceId, suggestSlug } from './ids.js'

describe('suggested ids', () => {
  it.each([
    ['Greenhouse pump', 'greenhouse-pump'],
    ['  Pumpe Nº 7 (Süd) ', 'pumpe-no-7-sud'],
    ['日本', ''],
    ['---', ''],
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
