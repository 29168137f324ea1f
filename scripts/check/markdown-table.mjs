/** A table in Markdown with columns of even width. @param {string[][]} rows the first is the head */
export function markdownTable(rows) {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths =
    escaped[0]?.map((_, column) => Math.max(...escaped.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = escaped
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
