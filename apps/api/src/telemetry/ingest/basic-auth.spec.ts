import { describe, expect, it } from 'vitest'
import { parseBasicAuth } from './basic-auth.js'

const encode = (text: string) => Buffer.from(text).toString('base64')

describe('parseBasicAuth', () => {
  it('reads a user name and a password, colons in the password included', () => {
    expect(parseBasicAuth(`Basic ${encode('cred:a:b')}`)).toEqual({ username: 'cred', password: 'a:b' })
    expect(parseBasicAuth(`basic ${encode('cred:')}`)).toEqual({ username: 'cred', password: '' })
  })

  it.each([[undefined], [''], ['Bearer abc'], ['Basic'], ['Basic ***'], [`Basic ${encode('no colon')}`]])(
    'finds none in %s',
    (header) => {
      expect(parseBasicAuth(header)).toBeNull()
    },
  )
})
