import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { rowsQuery } from './csv-rows'

const at = (text: string) => Date.parse(text)

beforeEach(() => void vi.stubEnv('TZ', 'Europe/Berlin'))
afterEach(() => void vi.unstubAllEnvs())

it('asks for samples of the very range', () => {
  expect(rowsQuery('samples', { min: 1_000.4, max: 2_000.6 })).toEqual({ from: 1_000, to: 2_001 })
})

it('asks for whole hours', () => {
  const span = { min: at('2026-03-29T00:40:00Z'), max: at('2026-03-29T02:00:00Z') }
  expect(rowsQuery('hours', span)).toEqual({
    from: at('2026-03-29T00:00:00Z'),
    to: at('2026-03-29T02:00:00Z'),
    aggregate: 'avg',
    interval: '1h',
  })
})

it('asks for whole days of the local calendar, over a clock change', () => {
  const span = { min: at('2026-03-28T12:00:00Z'), max: at('2026-03-29T12:00:00Z') }
  const days = {
    from: at('2026-03-27T23:00:00Z'),
    to: at('2026-03-29T22:00:00Z'),
    aggregate: 'avg',
    interval: '1d',
    timeZone: 'Europe/Berlin',
  }
  expect(rowsQuery('days', span)).toEqual(days)
  expect(rowsQuery('days', { min: days.from, max: days.to })).toEqual(days)
})
