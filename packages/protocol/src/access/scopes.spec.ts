import { describe, expect, it } from 'vitest'
import { type Permission, permissions } from './permissions.js'
import { roles } from './roles.js'
import {
  allowedPermissions,
  leastRole,
  mayHaveTagLimit,
  mayWithTagLimit,
  narrowTags,
  Scopes,
  scopes,
  TagLimit,
  withinTags,
} from './scopes.js'

const allowed = (...access: Parameters<typeof allowedPermissions>) =>
  [...allowedPermissions(...access)].sort()

describe('scopes', () => {
  it('are all permissions but those of people', () => {
    const others = (Object.keys(permissions) as Permission[]).filter(
      (permission) => !(scopes as Permission[]).includes(permission),
    )
    expect(others).toEqual([
      'organization.transfer',
      'organization.delete',
      'members.leave',
      'members.manageOwners',
    ])
  })

  it('name at least one, and each once', () => {
    expect(Scopes.parse(['devices.read', 'devices.read'])).toEqual(['devices.read'])
    for (const wrong of [[], ['members.leave'], ['devices'], ['__proto__']])
      expect(Scopes.safeParse(wrong).success).toBe(false)
  })

  it('leave of a role what they name', () => {
    expect(allowed('admin', { scopes: ['devices.create', 'devices.read'], tags: null })).toEqual([
      'devices.create',
      'devices.read',
    ])
    expect(allowed('viewer', { scopes: ['devices.create', 'devices.read'], tags: null })).toEqual([
      'devices.read',
    ])
    expect(allowed('admin', { scopes: [], tags: null })).toEqual([])
  })

  it('have a least role', () => {
    expect(leastRole(['devices.read'])).toBe('viewer')
    expect(leastRole(['devices.read', 'devices.update'])).toBe('operator')
    expect(leastRole(['devices.create'])).toBe('admin')
  })
})

describe('a tag limit', () => {
  it('leaves what concerns single devices', () => {
    for (const role of roles) {
      const left = allowed(role, { tags: ['a'] })
      expect(left.every((permission) => mayWithTagLimit(permission))).toBe(true)
      expect(left).toContain('devices.read')
    }
    for (const permission of [
      'devices.create',
      'usage.read',
      'audit.read',
      'apps.publish',
      'members.manage',
      'setAside.manage',
    ] as const)
      expect(mayWithTagLimit(permission)).toBe(false)
  })

  it('is for operators and viewers', () => {
    expect(roles.filter(mayHaveTagLimit)).toEqual(['operator', 'viewer'])
  })

  it('has tags of devices', () => {
    expect(TagLimit.parse(['a', 'a'])).toEqual(['a'])
    for (const wrong of [[], [''], [' a'], Array(33).fill('a')])
      expect(TagLimit.safeParse(wrong).success).toBe(false)
  })

  it('holds for a device with at least one of the tags', () => {
    expect(withinTags(null, [])).toBe(true)
    expect(withinTags(['a', 'b'], ['b', 'c'])).toBe(true)
    expect(withinTags(['a'], ['c'])).toBe(false)
    expect(withinTags(['a'], [])).toBe(false)
    expect(withinTags([], ['a'])).toBe(false)
  })

  it('is never wider together with another one', () => {
    expect(narrowTags(null, null)).toBeNull()
    expect(narrowTags(['a'], null)).toEqual(['a'])
    expect(narrowTags(null, ['a'])).toEqual(['a'])
    expect(narrowTags(['a', 'b'], ['b', 'c'])).toEqual(['b'])
    expect(narrowTags(['a'], ['b'])).toEqual([])
  })
})
