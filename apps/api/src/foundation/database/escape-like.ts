/** A text in a pattern of LIKE, where `%` and `_` would stand for others. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
