import { expect, it } from 'vitest'
import { readAuditQuery, toRestQuery, writeAuditQuery } from './audit-query'

it('is the same after it stood in an address', () => {
  const query = {
    search: 'north pump',
    actor: 'person:x1',
    action: 'device.update',
    target: 'device/pump',
    from: '2026-11-01',
    to: '2026-11-30',
  } as const
  expect(readAuditQuery(writeAuditQuery(query))).toEqual(query)
})

it.each(['actor=everybody', 'action=everything', 'from=yesterday', 'to=-1h', 'search=', 'colour=red'])(
  'leaves out %s',
  (address) => {
    expect(readAuditQuery(new URLSearchParams(address))).toEqual({})
  },
)

it('asks for whole days, the last one included', () => {
  expect(toRestQuery({ from: '2026-11-30', to: '2026-11-30' })).toEqual({
    from: new Date(2026, 10, 30).toISOString(),
    to: new Date(2026, 11, 1).toISOString(),
  })
  expect(toRestQuery({ search: 'x' })).toEqual({ search: 'x', from: undefined, to: undefined })
})
