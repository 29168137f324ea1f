import { randomBytes } from 'node:crypto'
import { Inject, Injectable } from '@nestjs/common'
import { cookieNames, cookieRules } from '../../foundation/addresses/cookie-rules.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Secrets } from '../../foundation/secrets/secrets.js'

const lifetimeSeconds = 365 * 86_400
/** So many accounts are remembered in one browser; the one that signed in longest ago is forgotten first. */
const mostAccounts = 5
const entryPattern = /^([\w-]{22})\.(\d{1,12})\.([\w-]{43})$/

interface Entry {
  text: string
  id: string
  issuedAtSeconds: number
  signature: Buffer
}

/**
 * The browsers in which an account signed in before, by a signed cookie, as OWASP's "Slow Down Online Guessing Attacks with
 * Device Cookies" proposes. The cookie gives no access: it only has a limit of its own for wrong passwords.
 */
@Injectable()
export class KnownBrowsers {
  private readonly cookieName: string
  private readonly attributes: string

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'publicUrl'>,
    private readonly secrets: Secrets,
  ) {
    const { prefix, path, secure } = cookieRules(config.publicUrl)
    this.cookieName = `${prefix}${cookieNames}.known_browser`
    const ownPath = prefix === '__Host-' ? path : `${path.replace(/\/$/, '')}/api/auth`
    this.attributes = `Max-Age=${lifetimeSeconds}; Path=${ownPath}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  }

  /** The id of the browser that sent these cookies; null when the account has not signed in there within a year. */
  identify(cookies: string | undefined, account: string, nowMs = Date.now()): string | null {
    return this.entries(cookies).find((entry) => this.isOf(entry, account, nowMs))?.id ?? null
  }

  /** A Set-Cookie by which the browser is known from now on, for this account and those that it was known for. */
  remember(cookies: string | undefined, account: string, nowMs = Date.now()): string {
    const id = randomBytes(16).toString('base64url')
    const issuedAtSeconds = Math.floor(nowMs / 1_000)
    const signature = this.secrets
      .signKnownBrowser(signedText(id, issuedAtSeconds, account))
      .toString('base64url')
    const others = this.entries(cookies).filter((entry) => !this.isOf(entry, account, nowMs))
    const kept = others.slice(0, mostAccounts - 1).map(({ text }) => text)
    const value = [`${id}.${issuedAtSeconds}.${signature}`, ...kept].join('~')
    return `${this.cookieName}=${value}; ${this.attributes}`
  }

  private isOf({ id, issuedAtSeconds, signature }: Entry, account: string, nowMs: number): boolean {
    if (issuedAtSeconds + lifetimeSeconds <= nowMs / 1_000) return false
    return this.secrets.isKnownBrowserSignature(signature, signedText(id, issuedAtSeconds, account))
  }

  private entries(cookies = ''): Entry[] {
    const prefix = `${this.cookieName}=`
    const cookie = cookies.split(/; */).find((one) => one.startsWith(prefix))
    const texts = cookie?.slice(prefix.length).split('~', mostAccounts) ?? []
    return texts.flatMap((text) => {
      const [, id, issuedAt, signature] = entryPattern.exec(text) ?? []
      if (id === undefined || issuedAt === undefined || signature === undefined) return []
      return [{ text, id, issuedAtSeconds: Number(issuedAt), signature: Buffer.from(signature, 'base64url') }]
    })
  }
}

function signedText(id: string, issuedAtSeconds: number, account: string): string {
  return `${id} ${issuedAtSeconds} ${account}`
}
