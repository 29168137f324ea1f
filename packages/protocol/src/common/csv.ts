/** What a cell holds; null is an empty cell. */
export type CsvCell = string | number | boolean | object | null

/**
 * A line of CSV after RFC 4180, line break included. Text that a spreadsheet would run as a formula gets an apostrophe in
 * front; numbers, and text that is nothing but a number, stay as they are.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  let line = ''
  for (let index = 0; index < cells.length; index += 1) {
    if (index > 0) line += ','
    line += csvCell(cells[index] ?? null)
  }
  return `${line}\r\n`
}

function csvCell(cell: CsvCell): string {
  if (typeof cell === 'string') return quoted(withoutFormula(cell))
  if (typeof cell === 'number') return String(cell)
  return cell === null ? '' : quoted(JSON.stringify(cell))
}

/** The characters that begin a formula, also in full width. Source: OWASP, CSV Injection. */
const formulaStart = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
const decimalNumber = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const needsQuotes = /[",\r\n]/

function withoutFormula(text: string): string {
  return formulaStart.test(text) && !decimalNumber.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
