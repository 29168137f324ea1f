import type https from 'node:https'
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { bind } from '../../foundation/listening/bind.js'
import { Certificates } from '../../foundation/tls/certificates.js'
import { FrontDoor } from './front-door.js'

/** Serves on HTTPS_PORT what the front door serves on PORT, by TLS. */
@Injectable()
export class HttpsListener implements OnModuleDestroy {
  private server: https.Server | null = null

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly frontDoor: FrontDoor,
    private readonly certificates: Certificates,
  ) {}

  /** To be called when requests may be answered. Throws a ConfigError when the port or the certificate cannot be used. */
  async listen(): Promise<void> {
    const { httpsPort, host } = this.config
    if (httpsPort === 0) return
    const server = this.certificates.serve(
      ({ cert, key }) => ({ cert, key }),
      (options) => this.frontDoor.createSecureServer(options),
    )
    this.server = server
    await bind(server, 'HTTPS_PORT', host, httpsPort)
  }

  onModuleDestroy(): void {
    this.server?.close()
    this.server?.closeAllConnections()
  }
}
