import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvCell, type CsvDialect, csvLine, sampleCsvHead, sampleCsvLine } from './csv.js'

const lineOf = (cell: CsvCell) => csvLine([cell]).slice(0, -2)

describe('csvLine', () => {
  it('separates cells by commas and ends as RFC 4180 demands', () => {
    expect(csvLine(['time', 21.5, true, null, 'x'])).toBe('time,21.5,true,,x\r\n')
  })

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    [false, 'false'],
    [null, ''],
    [{ a: [1, 'x'] }, '"{""a"":[1,""x""]}"'],
  ])('writes %j as %s', (cell, expected) => {
    expect(lineOf(cell)).toBe(expected)
  })

  it.each([
    ['=1+1', `'=1+1`],
    ['=HYPERLINK("http://evil","x")', `"'=HYPERLINK(""http://evil"",""x"")"`],
    ['+49 30 1234', `'+49 30 1234`],
    ['-2+cmd|x', `'-2+cmd|x`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t=1`],
    ['\r=1', `"'\r=1"`],
    ['\n=1', `"'\n=1"`],
    ['＝1', `'＝1`],
    ['-', `'-`],
  ])('keeps a spreadsheet from running %j: %s', (cell, expected) => {
    expect(lineOf(cell)).toBe(expected)
  })

  it.each([
    [-21.5, '-21.5'],
    [-1e-7, '-1e-7'],
    ['-9007199254740993', '-9007199254740993'],
    ['+1.5e-3', '+1.5e-3'],
    ['a=b', 'a=b'],
  ])('leaves numbers and harmless text as they are: %j is %s', (cell, expected) => {
    expect(lineOf(cell)).toBe(expected)
  })

  const german: CsvDialect = { delimiter: 'semicolon', decimal: 'comma', bom: true }

  it.each([
    [21.5, '21,5'],
    [-1e-7, '-1e-7'],
    [1.5e-7, '1,5e-7'],
    [1_767_225_600_000.25, '1767225600000,25'],
    ['21.5', '21.5'],
    ['a,b', 'a,b'],
    ['a;b', '"a;b"'],
    [{ a: 1.5 }, '"{""a"":1.5}"'],
    ['-1,5', `'-1,5`],
    ['=1;2', `"'=1;2"`],
  ])('with semicolons and decimal commas %j is %s', (cell, expected) => {
    expect(csvLine([cell, 'x'], german)).toBe(`${expected};x\r\n`)
  })

  it('quotes numbers whose decimal comma is the delimiter', () => {
    const dialect: CsvDialect = { delimiter: 'comma', decimal: 'comma', bom: false }
    expect(csvLine([21.5, 7, 'a;b'], dialect)).toBe('"21,5",7,a;b\r\n')
  })

  it('can be read back, whatever the cells hold', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...',"\r\n\t=+-@1\'＝'), fc.string({ maxLength: 1 })),
    })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (cells) => {
        const read = readLine(csvLine(cells))
        expect(read.map((cell, index) => (cell === `'${cells[index]}` ? cells[index] : cell))).toEqual(cells)
        for (const cell of read) {
          if (/^[=+\-@\t\r\n＝＋－＠]/.test(cell)) expect(Number(cell)).not.toBeNaN()
        }
      }),
    )
  })
})

/** Reads a line as RFC 4180 defines it. */
function readLine(line: string): string[] {
  const text = `,${line.slice(0, -'\r\n'.length)}`
  const cells = [...text.matchAll(/,(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)]
  expect(cells.map(([cell]) => cell).join('')).toBe(text)
  return cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}

describe('a table of samples', () => {
  const sample = { ts: Date.UTC(2026, 0, 2, 3, 4, 5) + 0.25, device: 'pump', key: 'Höhe', value: -1.5 }
  const time = '2026-01-02T03:04:05.000250Z'

  it('names its device where there are several', () => {
    const [one, several] = [{ ofDevices: false }, { ofDevices: true }]
    expect(sampleCsvHead(one) + sampleCsvLine(sample, one)).toBe(
      `time,ts,key,value\r\n${time},1767323045000.25,Höhe,-1.5\r\n`,
    )
    expect(sampleCsvHead(several) + sampleCsvLine(sample, several)).toBe(
      `time,ts,device,key,value\r\n${time},1767323045000.25,pump,Höhe,-1.5\r\n`,
    )
  })

  it('has the same columns and times in each dialect', () => {
    const excel = {
      ofDevices: false,
      dialect: { delimiter: 'semicolon', decimal: 'comma', bom: true },
    } as const
    expect(sampleCsvHead(excel) + sampleCsvLine(sample, excel)).toBe(
      `\uFEFFtime;ts;key;value\r\n${time};1767323045000,25;Höhe;-1,5\r\n`,
    )
  })
})
