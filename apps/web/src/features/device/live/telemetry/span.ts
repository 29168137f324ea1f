/** A time span, both ends included, in epoch milliseconds. */
export interface Span {
  min: number
  max: number
}
