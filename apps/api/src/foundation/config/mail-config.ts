import { z } from 'zod'
import { isLoopback } from './networks.js'

/** How mail is sent. */
export interface MailConfig {
  server: MailServer
  /** The sender, as the header `From` has it. */
  from: string
}

export interface MailServer {
  host: string
  port: number
  /** `when-offered`: STARTTLS (RFC 3207) when the server offers it, which somebody in between could prevent. */
  tls: 'from-the-start' | 'required' | 'when-offered'
  credentials: { user: string; password: string } | null
}

const expected = 'expected smtp://user:password@host:587 or smtps://user:password@host:465'

/** A mail server's address. Credentials are sent over TLS only, unless the server is this machine. */
export const SmtpUrl = z
  .string()
  .refine((text) => serverOf(text) !== null, expected)
  .transform((text): MailServer => {
    const server = serverOf(text)
    if (server === null) throw new Error('the refinement before lets only servers through')
    return server
  })

/** `Heliograph <iot@example.com>`, or an address alone. */
export const MailFrom = z
  .string()
  .max(320)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters')
  .refine(
    (text) => z.email().safeParse(/^[^<>]*<([^<>]+)>$/.exec(text)?.[1] ?? text).success,
    'expected an e-mail address, or a name with one: Heliograph <iot@example.com>',
  )

function serverOf(text: string): MailServer | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const bare = (url.pathname === '' || url.pathname === '/') && url.search === '' && url.hash === ''
  if (!bare || host === '' || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) return null
  const credentials = credentialsOf(url)
  if (credentials === undefined) return null
  if (url.protocol === 'smtps:')
    return { host, port: Number(url.port || 465), tls: 'from-the-start', credentials }
  const tls = credentials === null || isLoopback(host) ? 'when-offered' : 'required'
  return { host, port: Number(url.port || 587), tls, credentials }
}

/** Undefined when they are not encoded as a URL has them. */
function credentialsOf({ username, password }: URL): MailServer['credentials'] | undefined {
  if (username === '') return null
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    return undefined
  }
}
