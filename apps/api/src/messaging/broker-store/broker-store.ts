import type { Change, Persistence, Restore } from '@heliograph/broker'
import { presence } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { storedPresence } from '../../registry/presence/presence-restorer.js'
import { deleteOrphans } from './delete-orphans.js'
import { PostgresPersistence } from './postgres-persistence.js'
import { registerStoreMetrics } from './store-metrics.js'

/**
 * Stores what the broker keeps through a restart. Retained messages of presence are not stored here: at the start they are
 * made from the registry, which has the same facts and corrects them after a crash.
 */
@Injectable()
export class BrokerStore implements Persistence {
  private readonly logger = new Logger(BrokerStore.name)
  private readonly store: PostgresPersistence
  private failing = false

  constructor(
    private readonly database: Database,
    { registry }: MetricsRegistry,
  ) {
    const observe = registerStoreMetrics(registry, () => this.store.waiting)
    this.store = new PostgresPersistence({
      pool: database.pools.broker,
      keepsRetained: (topic) => presence.match(topic) === null,
      onFailure: (error) => {
        observe.failed()
        this.noteFailure(error)
      },
      onCommitted: (commit) => {
        observe.committed(commit)
        this.noteCommit()
      },
    })
  }

  async load(restore: Restore): Promise<void> {
    await deleteOrphans(this.database.pools.background)
    await this.store.load(restore)
    for await (const { organizationSlug, deviceId, ...state } of storedPresence(
      this.database.pools.background,
    )) {
      const topic = presence.topic({ org: organizationSlug, device: deviceId })
      const payload = Buffer.from(presence.encode(state))
      const message = { topic, payload, qos: 1 as const, properties: null }
      restore.retained({ message, account: null, retainedAt: state.since })
    }
  }

  write(changes: readonly Change[]): Promise<void> {
    return this.store.write(changes)
  }

  close(): Promise<void> {
    return this.store.close()
  }

  private noteCommit(): void {
    if (this.failing) this.logger.log('sessions and retained messages are being stored again')
    this.failing = false
  }

  private noteFailure(error: unknown): void {
    if (this.failing) return
    this.failing = true
    this.logger.error(
      `stored sessions and retained messages cannot be stored, and messages that wait for that are not acknowledged: ${error instanceof Error ? error.message : error}`,
    )
  }
}
