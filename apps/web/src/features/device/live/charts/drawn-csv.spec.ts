import { describe, expect, it } from 'vitest'
import { csvDialects } from './csv-dialects'
import { drawnCsv } from './drawn-csv'

const start = Date.UTC(2026, 0, 2, 3, 4, 5)
const one = { ofDevices: false }

function series(
  key: string,
  points: [offset: number, value: number][],
  cellOf: (drawn: number) => string | number = (drawn) => drawn,
  device = 'pump',
) {
  const part = {
    times: Float64Array.from(points, ([offset]) => start + offset),
    values: Float64Array.from(points, ([, value]) => value),
  }
  return { device, key, parts: [part], cellOf }
}

describe('drawnCsv', () => {
  const charted = [
    series('temperature', [
      [0, 21.5],
      [1_000.25, -3],
    ]),
    series('pump_on', [[1_000.25, 1]], () => 'true'),
  ]

  it('has the columns, times and order of the table of the platform', () => {
    expect(drawnCsv(charted, { min: start, max: start + 5_000 }, one)).toBe(
      'time,ts,key,value\r\n' +
        `2026-01-02T03:04:05.000Z,${start},temperature,21.5\r\n` +
        `2026-01-02T03:04:06.000250Z,${start + 1_000.25},pump_on,true\r\n` +
        `2026-01-02T03:04:06.000250Z,${start + 1_000.25},temperature,-3\r\n`,
    )
  })

  it('is written in each dialect, and names devices where there are several', () => {
    const other = series('temperature', [[0, 1.5]], undefined, 'a-valve')
    const options = { ofDevices: true, dialect: csvDialects.semicolon }
    expect(drawnCsv([...charted, other], { min: start, max: start }, options)).toBe(
      '\uFEFFtime;ts;device;key;value\r\n' +
        `2026-01-02T03:04:05.000Z;${start};a-valve;temperature;1,5\r\n` +
        `2026-01-02T03:04:05.000Z;${start};pump;temperature;21,5\r\n`,
    )
  })

  it('holds what is drawn in the span and nothing else', () => {
    const points = series('a', [
      [0, 1],
      [10, 2],
      [20, 3],
    ])
    expect(drawnCsv([points], { min: start + 5, max: start + 15 }, one).match(/,a,(\d)/g)).toEqual([',a,2'])
  })

  it('writes texts and names so that no spreadsheet runs them', () => {
    const states = [series('a,"b"', [[0, 2]], () => '\n=1+1'), series('=1+1', [[0, 3]], () => 'a,b')]
    expect(drawnCsv(states, { min: start, max: start }, one)).toBe(
      'time,ts,key,value\r\n' +
        `2026-01-02T03:04:05.000Z,${start},'=1+1,"a,b"\r\n` +
        `2026-01-02T03:04:05.000Z,${start},"a,""b""","'\n=1+1"\r\n`,
    )
  })
})
