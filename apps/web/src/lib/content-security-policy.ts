/**
 * The policy of every page: everything comes from this origin, and scripts and style elements need the nonce. Positions and sizes that
 * components compute are set by scripts, which is no inline style, so that views with such styles are not rendered on the server.
 */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
  // React's development build evaluates code for stack traces, and its overlay writes style elements.
  const scripts = `'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`
  const styles = development ? `'self' 'unsafe-inline'` : `'self' 'nonce-${nonce}'`
  return [
    `default-src 'self'`,
    `script-src ${scripts}`,
    `style-src ${styles}`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `object-src 'none'`,
    `base-uri 'self'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}
