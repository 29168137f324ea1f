import { expect, it } from 'vitest'
import { chooseFormat } from './choose-format.js'

it.each([
  [undefined, undefined, 'json'],
  [undefined, '*/*', 'json'],
  [undefined, 'text/html,application/xhtml+xml,*/*;q=0.8', 'json'],
  [undefined, 'text/csv', 'csv'],
  [undefined, 'application/json;q=0.5, text/csv', 'csv'],
  [undefined, 'text/csv;q=0, application/json', 'json'],
  [undefined, 'application/x-ndjson', 'ndjson'],
  [undefined, 'image/png', 'json'],
  ['json', 'text/csv', 'json'],
  ['ndjson', undefined, 'ndjson'],
] as const)('format=%s and accept: %s is %s', (named, accept, expected) => {
  expect(chooseFormat(named, accept)).toBe(expected)
})
