import type { QueryResultRow } from 'pg'

/** One row of a statement's input: a value for each of its columns. */
export type Row = readonly (string | number | boolean | Buffer | null)[]

/** A statement whose parameters are columns: one array each, of any length. */
export interface Statement {
  readonly name: string
  readonly columns: number
  readonly text: string
}

/** A connection inside a transaction, on which statements are run. */
export interface StoreClient {
  /** Runs a statement on all rows at once. */
  run<R extends QueryResultRow>(statement: Statement, rows: readonly Row[]): Promise<R[]>
  query<R extends QueryResultRow>(text: string): Promise<R[]>
}

/** The rows by column, as a statement takes them. */
export function columnsOf(rows: readonly Row[], count: number): unknown[][] {
  return Array.from({ length: count }, (_, column) => rows.map((row) => row[column] ?? null))
}

/** Rows in chunks that neither this process nor the database needs long for, made only when they are asked for. */
export function* inChunks(rows: Iterable<Row>): Generator<Row[]> {
  let chunk: Row[] = []
  let bytes = 0
  for (const row of rows) {
    chunk.push(row)
    for (const value of row) if (Buffer.isBuffer(value)) bytes += value.length
    if (chunk.length < chunkRows && bytes < chunkBytes) continue
    yield chunk
    chunk = []
    bytes = 0
  }
  if (chunk.length > 0) yield chunk
}

const chunkRows = 2_000
const chunkBytes = 2 * 1024 * 1024
