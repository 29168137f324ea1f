import { type CsvDialect, type ReadTelemetry, standardCsv, type TelemetryFormat } from '@heliograph/protocol'
import { invalidQuery } from '../query/invalid-query.js'

/** The parameters of a request that say how CSV is written. */
export type CsvParameters = Pick<ReadTelemetry, 'delimiter' | 'decimal' | 'bom'>

/** How CSV is to be written; throws an InvalidError when that is said of another format. */
export function csvDialectOf(
  { delimiter, decimal, bom }: CsvParameters,
  format: TelemetryFormat,
): CsvDialect {
  if (format !== 'csv') {
    const errors = Object.entries({ delimiter, decimal, bom })
      .filter(([, value]) => value !== undefined)
      .map(([path]) => ({ path, message: 'goes with format=csv only' }))
    if (errors.length > 0) throw invalidQuery(errors)
  }
  return {
    delimiter: delimiter ?? standardCsv.delimiter,
    decimal: decimal ?? standardCsv.decimal,
    bom: bom === undefined ? standardCsv.bom : bom === 'true',
  }
}
