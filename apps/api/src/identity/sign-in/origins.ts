import net from 'node:net'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import type { Client } from '../../http/front-door/client.js'

/** The origins whose pages may call the api: the platform's own under each of its names, and ALLOWED_ORIGINS. */
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

  /** Whether a page of this origin may act for the signed-in person. */
  allows(origin: string, client: Client): boolean {
    return this.listed.has(origin) || this.isOwn(origin, client)
  }

  /**
   * Whether a request may use its cookie to change something. A browser sends the origin with every such request. A
   * client that sends none is not a browser, so no foreign page can have made it send the cookie.
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
   * Without PUBLIC_URL, the platform's origin is the one that the client used. A foreign name may resolve to this machine
   * (DNS rebinding), so with a loopback HOST only IP addresses and localhost are accepted.
   */
  private isOwn(origin: string, client: Client): boolean {
    if (this.config.publicUrl !== null || !URL.canParse(origin)) return false
    const { protocol, host, hostname } = new URL(origin)
    if (host !== client.host.toLowerCase() || protocol !== `${client.protocol}:`) return false
    const isAddress = net.isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || hostname === 'localhost'
    return isAddress || !this.config.loopbackOnly || this.config.trustedProxies.length > 0
  }
}
