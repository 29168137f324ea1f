import { describe, expect, it } from 'vitest'
import { OpenIdRoleMap } from '../../foundation/config/openid-connect.js'
import { groupsOf, rolesOf } from './mapped-roles.js'

const map = OpenIdRoleMap.parse(
  'staff=main:viewer, /iot/admins=main:admin, a=b=lab:operator,staff=lab:viewer',
)

describe('the role map', () => {
  it('gives each organization the role that may do most, whatever the order', () => {
    expect(rolesOf(['staff'], map)).toEqual(
      new Map([
        ['main', 'viewer'],
        ['lab', 'viewer'],
      ]),
    )
    expect(rolesOf(['/iot/admins', 'staff'], map).get('main')).toBe('admin')
    expect(rolesOf(['staff', 'a=b'], map).get('lab')).toBe('operator')
    expect(rolesOf(['Staff', 'iot/admins', 'other'], map).size).toBe(0)
  })

  it('names what it does not understand', () => {
    for (const wrong of ['staff', 'staff=main', 'staff=main:chief', 'staff=MAIN:viewer', '=main:viewer'])
      expect(OpenIdRoleMap.safeParse(`a=b:viewer,${wrong}`).error?.issues[0]?.message).toContain(wrong)
    expect(OpenIdRoleMap.parse('')).toEqual([])
  })
})

describe('the groups of a profile', () => {
  it('are a list or a text, and nothing else', () => {
    expect(groupsOf({ groups: ['a', 1, 'b'] })).toEqual(['a', 'b'])
    expect(groupsOf({ groups: 'a' })).toEqual(['a'])
    expect(groupsOf({ groups: { a: true } })).toEqual([])
    expect(groupsOf(undefined)).toEqual([])
  })
})
