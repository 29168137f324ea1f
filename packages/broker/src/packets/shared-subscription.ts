/** A shared subscription `$share/{name}/{filter}`, as in MQTT 5, section 4.8.2. */
export interface Share {
  readonly name: string
  readonly filter: string
}

export function isShared(filter: string): boolean {
  return filter.startsWith(prefix)
}

/** Null for a filter that is no shared one, or not a legal one. */
export function readShare(filter: string): Share | null {
  if (!isShared(filter)) return null
  const end = filter.indexOf('/', prefix.length)
  const name = filter.slice(prefix.length, end)
  if (end <= prefix.length || end === filter.length - 1 || /[+#]/.test(name)) return null
  return { name, filter: filter.slice(end + 1) }
}

/** The filter that topics are compared with. */
export function matchedPart(filter: string): string {
  return readShare(filter)?.filter ?? filter
}

const prefix = '$share/'
