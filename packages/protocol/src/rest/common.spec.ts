import { describe, expect, it } from 'vitest'
import { Name } from './common.js'

describe('Name', () => {
  it.each(['Pump 7', ' Heißwasser – Süd ', 'משאבה', 'مضخة', '泵', '👩‍🚀 station'])('accepts %j', (name) => {
    expect(Name.parse(name)).toBe(name.trim())
  })

  it.each(['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'])(
    'refuses the bidirectional control %j',
    (control) => {
      const { error } = Name.safeParse(`pump${control}7`)
      expect(error?.issues.map(({ message }) => message)).toEqual([
        'must not hold controls of the writing direction',
      ])
    },
  )

  it.each([
    ['', 'must not be empty'],
    ['a\u0007b', 'must not hold control characters'],
    ['a\ud800', 'must not hold half a surrogate pair'],
  ])('says why %j is refused', (name, message) => {
    expect(Name.safeParse(name).error?.issues[0]?.message).toBe(message)
  })
})
