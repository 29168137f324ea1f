/** Keeps a textarea and a shared text the same. What another person types does not move the cursor from its place. */
export function bindTextarea(area, text) {
  area.addEventListener('input', () => {
    const { start, removed, inserted } = difference(text.toString(), area.value)
    text.doc.transact(() => {
      text.delete(start, removed)
      text.insert(start, inserted)
    }, area)
  })

  text.observe((event, transaction) => {
    if (transaction.origin === area) return
    const cursor = moved(area.selectionStart, event.delta)
    area.value = text.toString()
    area.setSelectionRange(cursor, cursor)
  })
}

/** What was replaced in the middle, between what both texts begin and end with. */
function difference(before, after) {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++
  return {
    start,
    removed: before.length - start - end,
    inserted: after.slice(start, after.length - end),
  }
}

/** Where a cursor is after changes of others. */
function moved(cursor, delta) {
  let at = 0
  let position = cursor
  for (const { retain = 0, insert = '', delete: removed = 0 } of delta) {
    at += retain
    if (insert !== '' && at <= position) position += insert.length
    if (removed > 0 && at < position) position -= Math.min(removed, position - at)
    at += insert.length
  }
  return position
}
