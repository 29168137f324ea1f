import { z } from 'zod'

/**
 * What the platform's own paths begin with. A proxy may keep the path of PUBLIC_URL or remove it, so that no path of the platform
 * may look like one below it.
 */
export const ownPaths: ReadonlySet<string> = new Set([
  '_next',
  'account',
  'api',
  'audit',
  'confirm-email',
  'forgot-password',
  'healthz',
  'icon.svg',
  'join',
  'metrics',
  'mqtt',
  'o',
  'organizations',
  'readyz',
  'reset-password',
  'robots.txt',
  'setup',
  'sign-in',
  'ws',
])

const longestPath = 200

/** An address without a slash at the end: an origin and, where other programs share the host, a path. */
export const PublicUrl = z
  .string()
  .refine(
    (text) => publicUrlOf(text) !== null,
    'expected an address such as https://iot.example.com or https://example.com/iot, with letters, digits, - and _ in its path',
  )
  .transform((text) => publicUrlOf(text) ?? '')
  .refine(
    (text) => !ownPaths.has(text.split('/')[3] ?? ''),
    'expected a path that does not begin like one of the platform itself, such as /iot',
  )

/** The path of PUBLIC_URL without a slash at the end: `/iot`, or nothing. */
export function basePathOf(publicUrl: string | null): string {
  return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/$/, '')
}

function publicUrlOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, username, password, search, hash, pathname, origin } = new URL(text)
  if (protocol !== 'http:' && protocol !== 'https:') return null
  if (username !== '' || password !== '' || search !== '' || hash !== '') return null
  const path = pathname.replace(/\/$/, '')
  return /^(?:\/[\w-]+)*$/.test(path) && path.length <= longestPath ? `${origin}${path}` : null
}
