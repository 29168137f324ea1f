import { formatTime } from './time.js'

/** What a cell holds; null is an empty cell. */
export type CsvCell = string | number | boolean | object | null

/** How a file of CSV is written. */
export interface CsvDialect {
  separator: ',' | ';'
  decimalSign: '.' | ','
  /** Begins the file with a byte order mark, by which Excel knows UTF-8. */
  byteOrderMark: boolean
}

/** RFC 4180, and the two forms that Excel opens rightly, by the decimal sign of its language. */
export const csvDialects = {
  standard: { separator: ',', decimalSign: '.', byteOrderMark: false },
  comma: { separator: ',', decimalSign: '.', byteOrderMark: true },
  semicolon: { separator: ';', decimalSign: ',', byteOrderMark: true },
} as const satisfies Record<string, CsvDialect>
export type CsvDialectName = keyof typeof csvDialects

/**
 * A line of CSV after RFC 4180, line break included. Text that a spreadsheet would run as a formula gets an apostrophe in
 * front; numbers, and text that is nothing but a number, stay as they are.
 */
export function csvLine(cells: readonly CsvCell[], dialect: CsvDialect = csvDialects.standard): string {
  let line = ''
  for (let index = 0; index < cells.length; index += 1) {
    if (index > 0) line += dialect.separator
    line += csvCell(cells[index] ?? null, dialect)
  }
  return `${line}\r\n`
}

/** The first line of a table of samples. */
export function sampleCsvHead(ofDevices: boolean, dialect: CsvDialect = csvDialects.standard): string {
  const columns = ofDevices ? ['time', 'ts', 'device', 'key', 'value'] : ['time', 'ts', 'key', 'value']
  return (dialect.byteOrderMark ? '\uFEFF' : '') + csvLine(columns, dialect)
}

/** The line of a sample: its time as RFC 3339 and in epoch milliseconds, its device where that is given, its key and value. */
export function sampleCsvLine(
  { ts, device, key, value }: { ts: number; device?: string; key: string; value: CsvCell },
  dialect: CsvDialect = csvDialects.standard,
): string {
  const time = [formatTime(ts), ts]
  return csvLine(device === undefined ? [...time, key, value] : [...time, device, key, value], dialect)
}

function csvCell(cell: CsvCell, { decimalSign }: CsvDialect): string {
  if (typeof cell === 'string') return quoted(withoutFormula(cell))
  if (typeof cell === 'number')
    return decimalSign === '.' ? String(cell) : String(cell).replace('.', decimalSign)
  return cell === null ? '' : quoted(JSON.stringify(cell))
}

/** The characters that begin a formula, also in full width. Source: OWASP, CSV Injection. */
const formulaStart = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
const decimalNumber = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const needsQuotes = /[",;\r\n]/

function withoutFormula(text: string): string {
  return formulaStart.test(text) && !decimalNumber.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
