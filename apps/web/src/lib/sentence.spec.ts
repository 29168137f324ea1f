import { expect, it } from 'vitest'
import { sentence } from './sentence'

it.each([
  ['must not be empty', 'Must not be empty.'],
  [' Too many devices. ', 'Too many devices.'],
  ['why?', 'Why?'],
])('%j: %s', (fragment, whole) => {
  expect(sentence(fragment)).toBe(whole)
})
