declare global {
  /** The path of PUBLIC_URL for the request that is being answered; base-path.mjs defines it in the server. */
  var heliographBasePath: string | undefined
}

/**
 * The path below which browsers see the platform: `/iot`, or nothing. The front door tells it the server with each request, so that one
 * build serves every path; the browser reads it in the document.
 */
export function basePath(): string {
  const given =
    typeof document === 'undefined'
      ? globalThis.heliographBasePath
      : document.documentElement.dataset.basePath
  return given ?? ''
}

/** A path of the platform as a browser asks for it. Links and the router of Next.js add the base path themselves. */
export function addressOf(path: string): string {
  return `${basePath()}${path}`
}

/** The address of the platform at which this page was loaded, without a slash at the end. */
export function ownAddress(): string {
  return `${window.location.origin}${basePath()}`
}

/** The path of this page, as `paths` has it. */
export function ownPath(): string {
  const { pathname } = window.location
  return pathname.slice(basePath().length) || '/'
}
