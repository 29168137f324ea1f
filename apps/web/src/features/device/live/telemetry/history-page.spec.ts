import { TelemetryPage } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { HistoryPage } from './history-page'

const page = (...values: unknown[]) => ({
  items: values.map((value, index) => ({ key: 'a', ts: index, value })),
  nextCursor: null,
})

describe('HistoryPage', () => {
  it.each([
    ['plain values', page(1, true, 'on')],
    ['values of any shape', page(null, [1], { a: { b: 1 } })],
    ['what it was made of', { ...page(1), resolution: 'raw', thinned: false }],
    ['nothing', page()],
  ])('reads %s as the schema does', (_, json) => {
    expect(HistoryPage.parse(json)).toEqual(TelemetryPage.parse(json))
  })

  it.each([
    ['no page', []],
    ['a sample without a time', { items: [{ key: 'a', value: 1 }], nextCursor: null }],
    ['a sample without a key', { items: [{ key: '', ts: 1, value: 1 }], nextCursor: null }],
    ['a sample without a value', { items: [{ key: 'a', ts: 1 }], nextCursor: null }],
    ['no cursor', { items: [] }],
  ])('refuses %s', (_, json) => {
    expect(HistoryPage.safeParse(json).success).toBe(false)
  })
})
