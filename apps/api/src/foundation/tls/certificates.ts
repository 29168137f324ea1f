import { X509Certificate } from 'node:crypto'
import type tls from 'node:tls'
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { Gauge } from 'prom-client'
import { CONFIG, type Config, ConfigError } from '../config/config.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { type Pems, readCertificate, versionOf } from './certificate-files.js'

const checkIntervalMs = 10_000
const dayMs = 86_400_000
/** From so many days before its end on a certificate is warned of. */
const warnedDays = 14

/**
 * The certificate of the TLS listeners. Its files are looked at every few seconds: a new certificate serves new connections, and
 * those that are open go on with the one before. While the files do not fit together, the certificate before stays.
 */
@Injectable()
export class Certificates implements OnModuleDestroy {
  private readonly logger = new Logger(Certificates.name)
  private readonly files: Config['tls']
  private readonly listeners = new Set<(pems: Pems) => void>()
  private version = ''
  private refusedVersion = ''
  private expiresAtMs: number | null = null
  private warnedAtMs = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | undefined

  constructor(@Inject(CONFIG) config: Config, { registry }: MetricsRegistry) {
    this.files = config.tls
    const expiresAtMs = () => this.expiresAtMs
    new Gauge({
      name: 'heliograph_tls_certificate_not_after_seconds',
      help: 'End of the certificate of the TLS listeners, in Unix time; absent without one',
      registers: [registry],
      collect() {
        const endMs = expiresAtMs()
        if (endMs !== null) this.set(endMs / 1_000)
      },
    })
  }

  /** Options of a listener, which is given each later certificate. Throws a ConfigError when there is none that can be used. */
  serve<Server extends tls.Server>(
    options: (pems: Pems) => tls.TlsOptions,
    make: (options: tls.TlsOptions) => Server,
  ): Server {
    const { files } = this
    if (files === null) throw new ConfigError('TLS_CERT, TLS_KEY: a listener with TLS needs both')
    const secure = (pems: Pems): tls.TlsOptions => ({ ...options(pems), minVersion: 'TLSv1.2' })
    const version = versionOf(files)
    const pems = readCertificate(files)
    const server = make(secure(pems))
    this.listeners.add((renewed) => server.setSecureContext(secure(renewed)))
    this.taken(version, pems)
    this.timer ??= setInterval(() => this.check(files), checkIntervalMs).unref()
    return server
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
  }

  private check(files: NonNullable<Config['tls']>): void {
    this.warnOfEnd()
    const version = versionOf(files)
    if (version === this.version) return
    try {
      const pems = readCertificate(files)
      for (const listener of this.listeners) listener(pems)
      this.taken(version, pems)
      this.logger.log(`a new certificate is in use, until ${this.endText}`)
    } catch (error) {
      // Its files may be written one after the other.
      if (version === this.refusedVersion) return
      this.refusedVersion = version
      const why = error instanceof Error ? error.message : error
      this.logger.warn(
        `the files of the certificate changed, and cannot be used; the one before stays in use: ${why}`,
      )
    }
  }

  private taken(version: string, { cert }: Pems): void {
    this.version = version
    this.expiresAtMs = Date.parse(new X509Certificate(cert).validTo)
    this.warnedAtMs = Number.NEGATIVE_INFINITY
    this.warnOfEnd()
  }

  private warnOfEnd(): void {
    const nowMs = Date.now()
    const leftMs = (this.expiresAtMs ?? Number.POSITIVE_INFINITY) - nowMs
    if (leftMs > warnedDays * dayMs || nowMs - this.warnedAtMs < dayMs) return
    this.warnedAtMs = nowMs
    this.logger.warn(
      leftMs > 0
        ? `the certificate in TLS_CERT ends on ${this.endText}; put a new one into the same file`
        : `the certificate in TLS_CERT ended on ${this.endText}: clients refuse to connect; put a new one into the same file`,
    )
  }

  private get endText(): string {
    return new Date(this.expiresAtMs ?? 0).toISOString().slice(0, 16).replace('T', ' ')
  }
}
