import { describe, expect, it } from 'vitest'
import { effectiveAccess } from './effective-access.js'

const key = {
  role: 'admin',
  scopes: [] as string[],
  tags: [] as string[],
  createdById: 'ada',
  makerRole: 'owner',
  makerTags: [] as string[],
} as const

describe('effectiveAccess', () => {
  it('is all that the role allows, without limits', () => {
    const access = effectiveAccess(key)
    expect(access).toMatchObject({ role: 'admin', tags: null })
    expect(access?.permissions.has('devices.create')).toBe(true)
    expect(access?.permissions.has('members.manageOwners')).toBe(false)
  })

  it('is what the scopes name, and nothing else', () => {
    const access = effectiveAccess({ ...key, scopes: ['devices.create', 'credentials.manage'] })
    expect([...(access?.permissions ?? [])].sort()).toEqual(['credentials.manage', 'devices.create'])
  })

  it('never exceeds the person behind it, also when their role is lowered later', () => {
    const scoped = { ...key, scopes: ['devices.create', 'devices.read'] }
    expect([...(effectiveAccess({ ...scoped, makerRole: 'viewer' })?.permissions ?? [])]).toEqual([
      'devices.read',
    ])
    expect(effectiveAccess({ ...key, makerRole: null })).toBeNull()
  })

  it('sees what both it and the person behind it may see', () => {
    const tags = (own: string[], makerTags: string[]) =>
      effectiveAccess({ ...key, makerRole: 'operator', tags: own, makerTags })?.tags
    expect(tags([], ['hamburg'])).toEqual(['hamburg'])
    expect(tags(['hamburg'], [])).toEqual(['hamburg'])
    expect(tags(['hamburg', 'pumps'], ['hamburg', 'fans'])).toEqual(['hamburg'])
    expect(tags(['hamburg'], ['munich'])).toEqual([])
  })

  it('allows nothing of the whole organization with a tag limit', () => {
    const permissions = effectiveAccess({ ...key, tags: ['hamburg'] })?.permissions
    for (const permission of [
      'devices.create',
      'members.manage',
      'apiKeys.manage',
      'setAside.manage',
      'usage.read',
      'apps.publish',
      'organization.update',
    ] as const)
      expect(permissions?.has(permission)).toBe(false)
    expect(permissions?.has('devices.delete')).toBe(true)
  })

  it('allows nothing by a scope that is none any more', () => {
    expect(effectiveAccess({ ...key, scopes: ['of an old version'] })?.permissions.size).toBe(0)
  })
})
