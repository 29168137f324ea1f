import { formatTime } from './time.js'

/** What a cell holds; null is an empty cell. */
export type CsvCell = string | number | boolean | object | null

/** What stands between cells: `,` or `;`. */
export const csvDelimiters = ['comma', 'semicolon'] as const
/** The decimal sign of numbers: `21.5` or `21,5`. */
export const csvDecimals = ['point', 'comma'] as const

/** How a file of CSV is written. */
export interface CsvDialect {
  delimiter: (typeof csvDelimiters)[number]
  decimal: (typeof csvDecimals)[number]
  /** Whether the file begins with a byte order mark, by which Excel knows UTF-8. */
  bom: boolean
}

/** The form of RFC 4180, which programs read. */
export const standardCsv: CsvDialect = { delimiter: 'comma', decimal: 'point', bom: false }

/**
 * A line of CSV after RFC 4180, line break included. Text that a spreadsheet would run as a formula gets an apostrophe in
 * front; numbers, and text that is nothing but a number, stay as they are.
 */
export function csvLine(cells: readonly CsvCell[], dialect: CsvDialect = standardCsv): string {
  const delimiter = delimiterOf[dialect.delimiter]
  let line = ''
  for (let index = 0; index < cells.length; index += 1) {
    if (index > 0) line += delimiter
    line += csvCell(cells[index] ?? null, dialect)
  }
  return `${line}\r\n`
}

/** One line of a table of samples. */
export interface CsvSample {
  /** Epoch milliseconds. */
  ts: number
  device: string
  key: string
  value: CsvCell
}

/** How a table of samples is written: `ofDevices` gives it a column for the device. */
export interface SampleCsvOptions {
  ofDevices: boolean
  dialect?: CsvDialect
}

/** What a table of samples begins with: the byte order mark, if any, and the names of the columns. */
export function sampleCsvHead({ ofDevices, dialect = standardCsv }: SampleCsvOptions): string {
  const columns = ofDevices ? ['time', 'ts', 'device', 'key', 'value'] : ['time', 'ts', 'key', 'value']
  return (dialect.bom ? '\uFEFF' : '') + csvLine(columns, dialect)
}

/** The line of a sample: its time as RFC 3339 in UTC and as epoch milliseconds, its device, key and value. */
export function sampleCsvLine(sample: CsvSample, { ofDevices, dialect }: SampleCsvOptions): string {
  const { ts, device, key, value } = sample
  const time = formatTime(ts)
  return csvLine(ofDevices ? [time, ts, device, key, value] : [time, ts, key, value], dialect)
}

const delimiterOf = { comma: ',', semicolon: ';' } as const

function csvCell(cell: CsvCell, dialect: CsvDialect): string {
  if (typeof cell === 'string') return quoted(withoutFormula(cell), dialect)
  if (typeof cell === 'number')
    return dialect.decimal === 'point' ? String(cell) : quoted(String(cell).replace('.', ','), dialect)
  return cell === null ? '' : quoted(JSON.stringify(cell), dialect)
}

/** The characters that begin a formula, also in full width. Source: OWASP, CSV Injection. */
const formulaStart = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
const decimalNumber = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const needsQuotes = { comma: /[",\r\n]/, semicolon: /[";\r\n]/ } as const

function withoutFormula(text: string): string {
  return formulaStart.test(text) && !decimalNumber.test(text) ? `'${text}` : text
}

function quoted(text: string, { delimiter }: CsvDialect): string {
  return needsQuotes[delimiter].test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
