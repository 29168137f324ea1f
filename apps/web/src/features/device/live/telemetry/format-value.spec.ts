import { describe, expect, it } from 'vitest'
import { decimalsOf, decimalsOfStep, formatNumber, formatValue } from './format-value'

describe('decimalsOf', () => {
  it.each([
    [[1, 2, 3], 0],
    [[21.5, 22], 1],
    [[21.512_345], 2],
    [[0.123_456], 3],
    [[1_013.25], 1],
    [[], 0],
    [[1e12], 0],
  ])('%j: %d', (values, decimals) => {
    expect(decimalsOf(Float64Array.from(values))).toBe(decimals)
  })
})

describe('decimalsOfStep', () => {
  it.each([
    [2.5, 1],
    [0.25, 2],
    [10, 0],
    [0.1 + 0.2, 1],
    [0.000_5, 4],
  ])('%d: %d', (step, decimals) => {
    expect(decimalsOfStep(step)).toBe(decimals)
  })
})

describe('formatNumber', () => {
  it.each([
    [21.5, 2, '21.50'],
    [1_234.56, 1, '1,234.6'],
    [-0.5, 1, '-0.5'],
    [0, 0, '0'],
    [1.5e10, 0, '1.500e+10'],
    [0.000_012_3, 3, '1.230e-5'],
  ])('%d with %d decimals: %s', (value, decimals, text) => {
    expect(formatNumber(value, decimals)).toBe(text)
  })
})

describe('formatValue', () => {
  it('shows texts as they are and everything else as JSON', () => {
    expect(formatValue('open', 0)).toBe('open')
    expect(formatValue(true, 0)).toBe('true')
    expect(formatValue(null, 0)).toBe('null')
    expect(formatValue({ a: [1] }, 0)).toBe('{"a":[1]}')
  })
})
