import { allowedPermissions, permissionsOf } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { ForbiddenError, InvalidError } from '../../foundation/errors/domain-errors.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { grantFilters } from './granted-filters.js'

const viewer: Principal = {
  kind: 'person',
  organizationId: 1,
  organizationSlug: 'acme',
  role: 'viewer',
  permissions: permissionsOf('viewer'),
  tags: null,
  userId: 'u',
  sessionId: 's',
}
const admin: Principal = { ...viewer, role: 'admin', permissions: permissionsOf('admin') }

describe('grantFilters', () => {
  it('grants subscribing to the whole organization, and no publishing, by default', () => {
    expect(grantFilters(viewer, {})).toEqual({ subscribe: ['acme/#'], publish: [] })
  })

  it('grants filters inside the organization, without duplicates', () => {
    const filter = 'acme/devices/+/telemetry'
    expect(grantFilters(viewer, { subscribe: [filter, filter] }).subscribe).toEqual([filter])
  })

  it.each([['other/#'], ['+/devices/#'], ['#'], ['acme2/#']])(
    'denies subscribing to %s, and names it',
    (filter) => {
      expect(() => grantFilters(admin, { subscribe: ['acme/fleet', filter] })).toThrow(ForbiddenError)
      expect(() => grantFilters(admin, { subscribe: [filter] })).toThrow(filter)
    },
  )

  it.each([['acme/a#'], ['$SYS/#'], ['$share/g/acme/#'], ['acme/+x']])(
    'says that %s is not a filter',
    (filter) => {
      expect(() => grantFilters(admin, { subscribe: [filter] })).toThrow(InvalidError)
    },
  )

  it('lets everybody but viewers publish below apps, and names the roles that may', () => {
    for (const role of ['owner', 'admin', 'operator'] as const)
      expect(
        grantFilters({ ...viewer, role, permissions: permissionsOf(role) }, { publish: ['acme/apps/#'] })
          .publish,
      ).toEqual(['acme/apps/#'])
    const asked = () => grantFilters(viewer, { publish: ['acme/apps/chat/#'] })
    expect(asked).toThrow(ForbiddenError)
    expect(asked).toThrow('publishing requires the role owner, admin or operator')
  })

  it('grants a caller with a tag limit filters that name one device each, and no publishing', () => {
    const limited = {
      ...admin,
      tags: ['site-hamburg'],
      permissions: allowedPermissions('admin', { tags: ['site-hamburg'] }),
    }
    const named = ['acme/devices/pump/#', 'acme/devices/pump/telemetry', 'acme/devices/pump/+/desired']
    expect(grantFilters(limited, { subscribe: named }).subscribe).toEqual(named)
    for (const filter of [
      'acme/#',
      'acme/+/pump/telemetry',
      'acme/devices/+/telemetry',
      'acme/devices/#',
      'acme/fleet',
      'acme/apps/#',
    ])
      expect(() => grantFilters(limited, { subscribe: [filter] })).toThrow(
        'each filter has to name one device',
      )
    expect(() => grantFilters(limited, { publish: ['acme/apps/#'] })).toThrow(
      'apps belong to the whole organization',
    )
  })

  it.each([['acme/#'], ['acme/devices/pump/telemetry'], ['other/apps/#'], ['acme/+/chat']])(
    'does not let anyone publish to %s',
    (filter) => {
      expect(() => grantFilters(admin, { publish: [filter] })).toThrow(ForbiddenError)
    },
  )
})
