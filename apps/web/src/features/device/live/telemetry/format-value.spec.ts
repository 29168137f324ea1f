import { describe, expect, it } from 'vitest'
import { decimalsOf, decimalsOfStep, exactText, formatNumber, formatValue } from './format-value'

describe('decimalsOf', () => {
  it.each([
    [[1, 2, 3], 0],
    [[21.5, 22], 1],
    [[21.512_345], 6],
    [[52.520_008, 52.5], 6],
    [[1_013.25], 2],
    [[], 0],
    [[1e12], 0],
    [[1e-9], 0],
    // A number that passed through 32 bits on its way has more digits than were measured.
    [[21.299_999_237_060_547], 1],
    [[0.123_456_789_012_3], 3],
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
    [0.000_000_5, 7],
  ])('%d: %d', (step, decimals) => {
    expect(decimalsOfStep(step)).toBe(decimals)
  })
})

describe('formatNumber', () => {
  it.each([
    [21.5, 2, '21.50'],
    [52.520_008, 0, '52.520008'],
    [-122.419_416, 6, '-122.419416'],
    [4_294_967_295, 0, '4294967295'],
    [4_294_967_295.5, 1, '4294967295.5'],
    [Number.MAX_SAFE_INTEGER, 0, '9007199254740991'],
    [1_234.56, 1, '1234.56'],
    [-0.5, 1, '-0.5'],
    [0, 0, '0'],
    [1.5e10, 0, '15000000000'],
    [4_294_967_295, 6, '4294967295'],
    [0.000_012_3, 3, '0.0000123'],
    [1e-9, 0, '1e-9'],
    [1.234_567_890_123e25, 0, '1.235e+25'],
    [0.000_012_345_678_9, 3, '1.235e-5'],
    [21.299_999_237_060_547, 1, '21.3'],
    [123_456_789_012.345_67, 2, '123456789012.3'],
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

describe('exactText', () => {
  it('loses no digit', () => {
    for (const value of [52.520_008, 4_294_967_295, 21.299_999_237_060_547, 5e-324, 1.797e308, -0.1])
      expect(Number(exactText(value))).toBe(value)
    expect(exactText(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991')
  })
})
