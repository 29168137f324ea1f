import { describe, expect, it } from 'vitest'
import { may, mayManageRole, type Permission, permissions, rolesText, rolesThatMay } from './permissions.js'
import { includesRole, lowerRole, roles } from './roles.js'

describe('the permission table', () => {
  const allowed = (role: (typeof roles)[number]) =>
    (Object.keys(permissions) as Permission[]).filter((permission) => may(role, permission))

  it('gives each role all that the next one may, and more', () => {
    for (const [index, role] of roles.slice(0, -1).entries()) {
      const next = allowed(roles[index + 1] ?? 'viewer')
      expect(allowed(role)).toEqual(expect.arrayContaining(next))
      expect(allowed(role).length).toBeGreaterThan(next.length)
    }
  })

  it('lets viewers only read, subscribe and leave', () => {
    expect(allowed('viewer')).toEqual([
      'organization.read',
      'usage.read',
      'members.read',
      'members.leave',
      'applications.read',
      'devices.read',
      'credentials.read',
      'telemetry.read',
      'topics.subscribe',
    ])
  })

  it('lets operators change devices and publish too', () => {
    const more = allowed('operator').filter((permission) => !may('viewer', permission))
    expect(more).toEqual(['devices.update', 'apps.publish'])
  })

  it('lets only owners manage owners', () => {
    expect(rolesThatMay('members.manageOwners')).toEqual(['owner'])
    expect(mayManageRole('owner', 'owner')).toBe(true)
    expect(mayManageRole('admin', 'owner')).toBe(false)
    expect(mayManageRole('admin', 'admin')).toBe(true)
    expect(mayManageRole('operator', 'viewer')).toBe(false)
  })

  it('names the roles of a permission', () => {
    expect(rolesText('members.manageOwners')).toBe('owner')
    expect(rolesText('organization.update')).toBe('owner or admin')
    expect(rolesText('devices.update')).toBe('owner, admin or operator')
  })
})

describe('roles', () => {
  it('are ordered', () => {
    expect(includesRole('admin', 'operator')).toBe(true)
    expect(includesRole('operator', 'admin')).toBe(false)
    expect(includesRole('viewer', 'viewer')).toBe(true)
    expect(lowerRole('admin', 'owner')).toBe('admin')
    expect(lowerRole('operator', 'viewer')).toBe('viewer')
  })
})
