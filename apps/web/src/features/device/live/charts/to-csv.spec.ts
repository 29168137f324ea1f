import { describe, expect, it } from 'vitest'
import { toCsv } from './to-csv'

const start = Date.UTC(2026, 0, 2, 3, 4, 5)

function column(
  name: string,
  points: [offset: number, value: number][],
  textOf: (value: number) => string = String,
) {
  const part = {
    times: Float64Array.from(points, ([offset]) => start + offset),
    values: Float64Array.from(points, ([, value]) => value),
  }
  return { name, parts: [part], textOf }
}

describe('toCsv', () => {
  it('has a line for each time and a column for each key', () => {
    const columns = [
      column('temperature', [
        [0, 21.5],
        [1_000.25, -3],
      ]),
      column('pump_on', [[1_000.25, 1]], () => 'true'),
    ]
    expect(toCsv(columns, { min: start, max: start + 5_000 })).toBe(
      'time,temperature,pump_on\r\n' +
        '2026-01-02T03:04:05.000Z,21.5,\r\n' +
        '2026-01-02T03:04:06.000250Z,-3,true\r\n',
    )
  })

  it('holds what is drawn and nothing else', () => {
    const columns = [
      column('a', [
        [0, 1],
        [10, 2],
        [20, 3],
      ]),
    ]
    expect(toCsv(columns, { min: start + 5, max: start + 15 }).match(/Z,(\d)/g)).toEqual(['Z,2'])
  })

  it('writes texts and names so that no spreadsheet runs them', () => {
    const columns = [column('a,"b"', [[0, 2]], () => '\n=1+1'), column('=1+1', [[0, 3]], () => 'a,b')]
    expect(toCsv(columns, { min: start, max: start })).toBe(
      `time,"a,""b""",'=1+1\r\n2026-01-02T03:04:05.000Z,"'\n=1+1","a,b"\r\n`,
    )
  })
})
