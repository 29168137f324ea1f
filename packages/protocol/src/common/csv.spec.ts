import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvCell, csvLine } from './csv.js'

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
