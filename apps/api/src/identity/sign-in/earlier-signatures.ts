import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '../../foundation/secrets/secrets.js'

/**
 * Signs session tokens anew that were signed with an earlier AUTH_SECRET, before better-auth sees them: it knows the current
 * one only. It signs a token by HMAC-SHA256 with the secret itself as the key, and writes `{token}.{base64}`.
 */
export class EarlierSignatures {
  constructor(private readonly secrets: Pick<Secrets, 'authSecret' | 'earlierAuthSecrets'>) {}

  /** A bearer token as better-auth takes it. */
  renewBearer(bearer: string): string {
    return this.renew(bearer)
  }

  /** A cookie header as better-auth takes it. */
  renewCookies(cookies: string): string {
    if (this.secrets.earlierAuthSecrets.length === 0) return cookies
    return cookies
      .split(';')
      .map((cookie) => {
        const at = cookie.indexOf('=')
        return cookie.slice(0, at).endsWith('.session_token')
          ? `${cookie.slice(0, at)}=${this.renew(cookie.slice(at + 1).trim())}`
          : cookie
      })
      .join(';')
  }

  /** Headers of a request to better-auth, changed in place. */
  renewHeaders(headers: Headers): void {
    const cookies = headers.get('cookie')
    if (cookies !== null) headers.set('cookie', this.renewCookies(cookies))
    const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
    if (bearer !== undefined) headers.set('authorization', `Bearer ${this.renewBearer(bearer)}`)
  }

  /** Returns what it does not recognize as it is. */
  private renew(text: string): string {
    const { authSecret, earlierAuthSecrets } = this.secrets
    if (earlierAuthSecrets.length === 0) return text
    const signed = decode(text)
    const dot = signed.lastIndexOf('.')
    if (dot < 1) return text
    const token = signed.slice(0, dot)
    const signature = Buffer.from(signed.slice(dot + 1), 'base64')
    const isEarlier = earlierAuthSecrets.some((secret) => equals(signature, sign(token, secret)))
    if (!isEarlier) return text
    const renewed = `${token}.${sign(token, authSecret).toString('base64')}`
    return signed === text ? renewed : encodeURIComponent(renewed)
  }
}

function sign(token: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(token).digest()
}

function equals(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
