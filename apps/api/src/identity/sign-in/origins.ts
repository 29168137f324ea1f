import net from 'node:net'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import type { Client } from '../../http/front-door/client.js'

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]']

/** The origins whose pages may call the api: the platform's own under each of its names, and ALLOWED_ORIGINS. */
@Injectable()
export class Origins {
  private readonly listed: ReadonlySet<string>
  /** The platform's own origin under each name of this machine. */
  private readonly loopback: ReadonlySet<string>

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { publicUrl, port } = config
    const own = publicUrl === null ? [] : [new URL(publicUrl).origin]
    this.listed = new Set([...config.allowedOrigins, ...own])
    const local = loopbackHosts.map((host) => new URL(`http://${host}:${port}`).origin)
    this.loopback = new Set([...local, ...(publicUrl === null ? [] : siblingsOf(publicUrl))])
  }

  /** Whether a page of this origin may act for the signed-in person. */
  allows(origin: string, client: Client): boolean {
    return this.listed.has(origin) || this.isLoopback(origin, client) || this.isOwn(origin, client)
  }

  /**
   * localhost and 127.0.0.1 are the same origin, where the platform is one of this machine. Otherwise a page of another
   * program on the person's machine, at the same port, could act for them.
   */
  private isLoopback(origin: string, client: Client): boolean {
    if (!this.loopback.has(origin)) return false
    const own = this.config.publicUrl ?? `${client.protocol}://${client.host}`
    return URL.canParse(own) && loopbackHosts.includes(new URL(own).hostname)
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

/** The origin of a URL on this machine, under each name of this machine. */
function siblingsOf(url: string): string[] {
  const { protocol, hostname, port } = new URL(url)
  if (!loopbackHosts.includes(hostname)) return []
  return loopbackHosts.map((host) => new URL(`${protocol}//${host}${port === '' ? '' : `:${port}`}`).origin)
}
