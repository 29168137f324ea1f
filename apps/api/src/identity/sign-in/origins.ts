import net from 'node:net'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import type { Client } from '../../http/front-door/client.js'

/** Which origins pages may call from: our own, under each name it has, and those of ALLOWED_ORIGINS. */
@Injectable()
export class Origins {
  private readonly listed: ReadonlySet<string>

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const loopback = ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${config.port}`)
    this.listed = new Set([
      ...loopback.map((origin) => new URL(origin).origin),
      ...config.allowedOrigins,
      ...(config.publicUrl === null ? [] : [config.publicUrl]),
    ])
  }

  /** Whether a page of this origin may change things in the name of whoever is signed in. */
  allows(origin: string, client: Client): boolean {
    return this.listed.has(origin) || this.isOwn(origin, client)
  }

  /**
   * Whether a request may use a cookie to change something. A browser names its origin with every such request;
   * what names none is no browser, and its cookies are its own.
   */
  allowsCookies(
    headers: { origin?: string | undefined; 'sec-fetch-site'?: unknown },
    client: Client,
  ): boolean {
    if (headers.origin !== undefined) return this.allows(headers.origin, client)
    const site = headers['sec-fetch-site']
    return site === undefined || site === 'same-origin' || site === 'none'
  }

  /**
   * Without PUBLIC_URL, our own origin is how the client addressed us. A name in that place could be anybody's, made to
   * point here (DNS rebinding), so on a loopback HOST only addresses and localhost count.
   */
  private isOwn(origin: string, client: Client): boolean {
    if (this.config.publicUrl !== null || !URL.canParse(origin)) return false
    const { protocol, host, hostname } = new URL(origin)
    if (host !== client.host.toLowerCase() || protocol !== `${client.protocol}:`) return false
    const isAddress = net.isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || hostname === 'localhost'
    return isAddress || !this.config.loopbackOnly || this.config.trustedProxies.length > 0
  }
}
