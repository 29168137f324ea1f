/** SQL and the values of its parameters. */
export interface Statement {
  text: string
  values: readonly unknown[]
}

/** What statements are run on: the ReadingPool. */
export interface RowReader {
  rows<Row extends object>(statement: Statement): Promise<Row[]>
}
