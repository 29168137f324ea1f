/** How the cookies of this platform are named, and to which addresses browsers send them. */
export interface CookieRules {
  /** What the names begin with, by which browsers hold a cookie to its attributes (RFC 6265bis, 4.1.3). */
  prefix: '__Host-' | '__Secure-' | ''
  path: string
  secure: boolean
}

/**
 * The rules by PUBLIC_URL. With TLS no other host, nor a page without TLS, can set such a cookie. `__Host-` demands the path
 * `/`: below a path, where other programs share the host, they are not sent the cookie, which is more than `__Host-` would give.
 */
export function cookieRules(publicUrl: string | null): CookieRules {
  const { protocol, pathname: path } = new URL(publicUrl ?? 'http://localhost/')
  if (protocol !== 'https:') return { prefix: '', path, secure: false }
  return { prefix: path === '/' ? '__Host-' : '__Secure-', path, secure: true }
}

/** The name of the cookie with a person's sign-in session. */
export function sessionCookie(publicUrl: string | null): string {
  return `${cookieRules(publicUrl).prefix}${cookieNames}.session_token`
}

/** What all names have in common, after the prefix. */
export const cookieNames = 'heliograph'
