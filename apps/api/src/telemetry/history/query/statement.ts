/** SQL and the values of its parameters. */
export interface Statement {
  text: string
  values: readonly unknown[]
}

/** Whoever carries statements out; the ReadingPool. */
export interface RowReader {
  rows<Row extends object>(statement: Statement): Promise<Row[]>
}
