import { describe, expect, it } from 'vitest'
import { nextSort, readListQuery, writeListQuery } from './list-query'

describe('readListQuery', () => {
  it('reads what it knows and leaves the rest out', () => {
    const search = new URLSearchParams('search= pump &status=quiet&tag=north&sort=-name&page=3')
    expect(readListQuery(search)).toEqual({ search: 'pump', status: 'quiet', tag: 'north', sort: '-name' })
    expect(readListQuery(new URLSearchParams('status=broken&sort=size&search='))).toEqual({})
  })

  it('reads back what it wrote', () => {
    const query = { search: 'a & b', status: 'online', tag: 'hall 2', sort: '-lastMessageAt' } as const
    expect(readListQuery(writeListQuery(query))).toEqual(query)
  })

  it('writes nothing for nothing', () => {
    expect(writeListQuery({ search: '', tag: undefined }).size).toBe(0)
  })
})

describe('nextSort', () => {
  it('starts with the useful direction and then turns round', () => {
    expect(nextSort('name', 'lastMessageAt')).toBe('-lastMessageAt')
    expect(nextSort('-lastMessageAt', 'lastMessageAt')).toBe('lastMessageAt')
    expect(nextSort('name', 'name')).toBe('-name')
    expect(nextSort('-name', 'name')).toBe('name')
  })
})
