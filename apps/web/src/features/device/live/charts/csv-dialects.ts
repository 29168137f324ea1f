import { type CsvDialect, standardCsv } from '@heliograph/protocol'

/** The dialects that are offered: the one for programs, and what Excel opens rightly, by its decimal sign. */
export const csvDialects = {
  standard: standardCsv,
  comma: { ...standardCsv, bom: true },
  semicolon: { delimiter: 'semicolon', decimal: 'comma', bom: true },
} as const satisfies Record<string, CsvDialect>

export type CsvDialectName = keyof typeof csvDialects

/** The dialect for spreadsheets in a language: those with decimal commas separate cells by semicolons. */
export function dialectFor(language: string): CsvDialectName {
  const sign = new Intl.NumberFormat(language).formatToParts(1.5).find(({ type }) => type === 'decimal')
  return sign?.value === ',' ? 'semicolon' : 'standard'
}

/** A language in English: `German`. */
export function nameOfLanguage(language: string): string {
  return new Intl.DisplayNames('en', { type: 'language' }).of(language) ?? language
}
