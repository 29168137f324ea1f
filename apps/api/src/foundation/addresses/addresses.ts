import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../config/config.js'

export interface PlatformUrls {
  http: string
  ws: string
  /** null: MQTT over TCP is off. */
  tcp: string | null
}

/** The address by which a client reached the platform. */
export interface ReachedBy {
  protocol: 'http' | 'https'
  /** The Host header; empty when there was none. */
  host: string
}

/** The addresses by which people and devices reach the platform. */
@Injectable()
export class Addresses {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Made from PUBLIC_URL, or else from the address that this client used: devices near the client can use it too. */
  urls(client: ReachedBy): PlatformUrls {
    const http = this.config.publicUrl ?? this.addressedBy(client)
    const { hostname } = new URL(http)
    const { mqttPort } = this.config
    return {
      http,
      ws: `${http.replace(/^http/, 'ws')}/mqtt`,
      tcp: mqttPort === 0 ? null : `mqtt://${hostname}:${mqttPort}`,
    }
  }

  private addressedBy({ protocol, host }: ReachedBy): string {
    const named = `${protocol}://${host}`
    if (host !== '' && URL.canParse(named)) return new URL(named).origin
    return `http://127.0.0.1:${this.config.port}`
  }
}
