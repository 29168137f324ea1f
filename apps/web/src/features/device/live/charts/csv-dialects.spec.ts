import { expect, it } from 'vitest'
import { dialectFor, nameOfLanguage } from './csv-dialects'

it.each([
  ['en-US', 'standard'],
  ['en-GB', 'standard'],
  ['ja', 'standard'],
  ['de-CH', 'standard'],
  ['de-DE', 'semicolon'],
  ['fr', 'semicolon'],
  ['pt-BR', 'semicolon'],
])('%s: %s', (language, dialect) => {
  expect(dialectFor(language)).toBe(dialect)
})

it('names languages in English', () => {
  expect(nameOfLanguage('de')).toBe('German')
})
