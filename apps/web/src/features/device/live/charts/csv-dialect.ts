import type { CsvDialectName } from '@heliograph/protocol'

/** The dialect for spreadsheets in a language: those with decimal commas separate cells by semicolons. */
export function dialectOf(language: string): CsvDialectName {
  const sign = new Intl.NumberFormat(language).formatToParts(1.5).find(({ type }) => type === 'decimal')
  return sign?.value === ',' ? 'semicolon' : 'standard'
}

/** A language in English: `German`. */
export function nameOfLanguage(language: string): string {
  return new Intl.DisplayNames('en', { type: 'language' }).of(language) ?? language
}
