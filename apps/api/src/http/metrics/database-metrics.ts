import { Gauge, type Registry } from 'prom-client'
import type { Pools } from '../../foundation/database/pools.js'
import type { FreshValue } from '../../foundation/timers/fresh-value.js'
import { type StorageSizes, storageSizes } from './storage-sizes.js'

/** Metrics of the connections to the database, by what they are for, and of its size. */
export function registerDatabaseMetrics(registry: Registry, pools: Pools): void {
  const registers = [registry]
  new Gauge({
    name: 'heliograph_database_connections',
    help: 'Connections to the database, by what they are for and state',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [pool, { idleCount, totalCount }] of Object.entries(pools)) {
        this.set({ pool, state: 'idle' }, idleCount)
        this.set({ pool, state: 'in_use' }, totalCount - idleCount)
      }
    },
  })
  new Gauge({
    name: 'heliograph_database_connections_max',
    help: 'The most connections that a pool may have',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const [pool, { options }] of Object.entries(pools)) this.set({ pool }, options.max)
    },
  })
  new Gauge({
    name: 'heliograph_database_waiting_queries',
    help: 'Queries that wait for a connection of a pool',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const [pool, { waitingCount }] of Object.entries(pools)) this.set({ pool }, waitingCount)
    },
  })
  registerStoreMetrics(registry, storageSizes(pools.background))
}

/** The gauges have no value while the database does not answer: an old size would look like a current one. */
function registerStoreMetrics(registry: Registry, reader: FreshValue<StorageSizes>): void {
  const registers = [registry]
  new Gauge({
    name: 'heliograph_database_size_bytes',
    help: 'Size of the whole database on disk',
    registers,
    async collect() {
      this.remove()
      const sizes = await reader.get()
      if (sizes !== null) this.set(sizes.databaseBytes)
    },
  })
  new Gauge({
    name: 'heliograph_telemetry_table_size_bytes',
    help: 'Size of a telemetry table with its partitions and indexes',
    labelNames: ['table'],
    registers,
    async collect() {
      const sizes = await reader.get()
      this.reset()
      for (const { table, bytes } of sizes?.tables ?? []) this.set({ table }, bytes)
    },
  })
  new Gauge({
    name: 'heliograph_telemetry_partitions',
    help: 'Partitions of a telemetry table',
    labelNames: ['table'],
    registers,
    async collect() {
      const sizes = await reader.get()
      this.reset()
      for (const { table, partitions } of sizes?.tables ?? [])
        if (partitions > 0) this.set({ table }, partitions)
    },
  })
}
