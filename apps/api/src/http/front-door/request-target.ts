import type { IncomingMessage } from 'node:http'

/** A request target may be a whole URL, whose authority then takes the place of Host (RFC 9112, 3.2.2). */
export function acceptAbsoluteForm(request: IncomingMessage): void {
  const { url = '' } = request
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return
  const { host, pathname, search } = new URL(url)
  request.headers.host = host
  request.url = pathname + search
}

/**
 * Leaves what comes after the path of PUBLIC_URL. Requests lack that path when the proxy in front removes it, or when they
 * come from the machine itself, as probes do.
 */
export function removeBasePath(request: Pick<IncomingMessage, 'url'>, basePath: string): void {
  const { url = '' } = request
  if (basePath === '' || !url.startsWith(basePath)) return
  const rest = url.slice(basePath.length)
  if (rest.startsWith('/')) request.url = rest
  else if (rest === '' || rest.startsWith('?')) request.url = `/${rest}`
}

/** The path without its query; null when the request target is none, such as `*`. */
export function pathOf(request: IncomingMessage): string | null {
  const url = request.url ?? ''
  return url.startsWith('/') ? (url.split('?', 1)[0] ?? '/') : null
}
