import type { AuditEntry } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { actionText, actorCapacity, actorFilter, actorName, changedFields, factRows } from './audit-texts'

const person = { kind: 'person', id: 'x1', name: 'Ada', role: 'admin', behind: null } as const
const key = {
  kind: 'apiKey',
  id: 'k1',
  name: 'CI',
  role: 'operator',
  behind: { id: 'x1', name: 'Ada' },
} as const
const platform = { kind: 'platform', id: null, name: null, role: null, behind: null } as const

describe('who did it', () => {
  it.each([
    [person, 'Ada', 'admin', 'person:x1'],
    [key, 'CI', 'API key of Ada', 'key:k1'],
    [platform, 'The platform', 'by itself', 'platform'],
    [{ ...platform, kind: 'unknown' } as const, 'Somebody', 'not signed in', 'unknown'],
    [{ ...person, name: null, role: null }, 'A person (x1)', 'person', 'person:x1'],
    [{ ...person, role: 'platformAdministrator' }, 'Ada', 'platform administrator', 'person:x1'],
    [{ ...key, behind: null }, 'CI', 'API key', 'key:k1'],
  ])('%j', (actor, name, capacity, filter) => {
    expect([actorName(actor), actorCapacity(actor), actorFilter(actor)]).toEqual([name, capacity, filter])
  })
})

it('shows an action of a later version as it is', () => {
  expect(actionText('device.create')).toBe('registered a device')
  expect(actionText('rocket.launch')).toBe('rocket.launch')
})

it('tells a limit that there is not from a list without anything', () => {
  const entry = {
    before: { origins: null, scopes: null, tags: null },
    after: { origins: [], scopes: ['devices.read'], tags: ['pumps'] },
    detail: null,
  } as unknown as AuditEntry
  expect(factRows(entry)).toEqual([
    { field: 'Origins', before: 'any', after: 'none' },
    { field: 'Scopes', before: 'all', after: 'devices.read' },
    { field: 'Tags', before: 'all devices', after: 'pumps' },
  ])
})

it('shows each field before and after', () => {
  const entry = {
    before: { name: 'Pump', tags: [] },
    after: { name: 'Pump of the north', tags: ['a', 'b'], expiresAt: null },
    detail: { overlapSeconds: 60 },
  } as unknown as AuditEntry
  expect(factRows(entry)).toEqual([
    { field: 'Name', before: 'Pump', after: 'Pump of the north' },
    { field: 'Tags', before: 'none', after: 'a, b' },
    { field: 'Expires at', before: null, after: 'none' },
    { field: 'Overlap seconds', before: null, after: '60' },
  ])
  expect(changedFields(entry)).toEqual(['name', 'tags'])
})
