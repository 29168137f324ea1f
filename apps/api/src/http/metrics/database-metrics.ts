import type { Pool } from 'pg'
import { Gauge, type Registry } from 'prom-client'
import { StoreFactsReader } from './store-facts.js'

/** The connections to the database, and how much is stored. */
export function registerDatabaseMetrics(registry: Registry, pool: Pool): void {
  const registers = [registry]
  new Gauge({
    name: 'heliograph_database_connections',
    help: 'Connections of the pool for telemetry and sessions, by what they do',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'in_use' }, pool.totalCount - pool.idleCount)
    },
  })
  new Gauge({
    name: 'heliograph_database_connections_max',
    help: 'Connections that the pool may have',
    registers,
    collect() {
      this.set(pool.options.max)
    },
  })
  new Gauge({
    name: 'heliograph_database_waiting_queries',
    help: 'Queries that wait for a connection of the pool',
    registers,
    collect() {
      this.set(pool.waitingCount)
    },
  })
  registerStoreMetrics(registry, new StoreFactsReader(pool))
}

/** Gauges without a value while the database does not answer: an old size would look like a current one. */
function registerStoreMetrics(registry: Registry, reader: StoreFactsReader): void {
  const registers = [registry]
  new Gauge({
    name: 'heliograph_database_size_bytes',
    help: 'What the whole database takes on its disk',
    registers,
    async collect() {
      this.remove()
      const facts = await reader.read()
      if (facts !== null) this.set(facts.databaseBytes)
    },
  })
  new Gauge({
    name: 'heliograph_telemetry_table_size_bytes',
    help: 'What a table of telemetry takes, with its partitions and indexes',
    labelNames: ['table'],
    registers,
    async collect() {
      const facts = await reader.read()
      this.reset()
      for (const { table, bytes } of facts?.tables ?? []) this.set({ table }, bytes)
    },
  })
  new Gauge({
    name: 'heliograph_telemetry_partitions',
    help: 'Partitions of a table of telemetry',
    labelNames: ['table'],
    registers,
    async collect() {
      const facts = await reader.read()
      this.reset()
      for (const { table, partitions } of facts?.tables ?? [])
        if (partitions > 0) this.set({ table }, partitions)
    },
  })
}
