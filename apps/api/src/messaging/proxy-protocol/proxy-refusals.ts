import type { Logger } from '@nestjs/common'
import { Counter, type Registry } from 'prom-client'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import type { ProxyRefusal } from './proxied-connections.js'

/** Logs and counts the connections that were closed because of their PROXY header. */
export class ProxyRefusals {
  private readonly log: GroupedLog
  private readonly counter: Counter

  constructor(logger: Pick<Logger, 'warn'>, registry: Registry) {
    this.log = new GroupedLog((line) => logger.warn(line))
    this.counter = new Counter({
      name: 'heliograph_mqtt_proxy_refusals_total',
      help: 'MQTT connections that were closed because of their PROXY header',
      labelNames: ['reason'],
      registers: [registry],
    })
  }

  note({ reason, detail, address }: ProxyRefusal): void {
    this.counter.inc({ reason })
    this.log.note(reason, () => `an MQTT connection was closed: PROXY protocol: ${detail}, from ${address}`)
  }
}
