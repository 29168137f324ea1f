/**
 * Changes the query of the address at once, without asking the server, so that a second change builds on the first. `next` gets
 * the query as it is now.
 */
export function changeSearch(next: (search: URLSearchParams) => URLSearchParams): void {
  const { pathname, search } = window.location
  const changed = next(new URLSearchParams(search))
  window.history.replaceState(null, '', changed.size === 0 ? pathname : `${pathname}?${changed}`)
}
