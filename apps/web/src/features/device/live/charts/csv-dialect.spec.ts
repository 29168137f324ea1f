import { expect, it } from 'vitest'
import { dialectOf, nameOfLanguage } from './csv-dialect'

it.each([
  ['en-US', 'standard'],
  ['en-GB', 'standard'],
  ['ja', 'standard'],
  ['de-DE', 'semicolon'],
  ['fr', 'semicolon'],
  ['pt-BR', 'semicolon'],
  ['de-CH', 'standard'],
])('%s: %s', (language, dialect) => {
  expect(dialectOf(language)).toBe(dialect)
})

it('names languages', () => {
  expect(nameOfLanguage('de')).toBe('German')
})
