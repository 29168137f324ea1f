import { inject, it } from 'vitest'
import { standardNames } from '../statements/standards.mjs'
import { Bench } from './bench.js'
import type { Standard, StatementId } from './standard.js'
import { type TransportName, transports } from './wire.js'

/** Statements by the standard that they are of; the test runs with a client of each of these standards. */
export type Shown = { [S in Standard]?: StatementId<S> | StatementId<S>[] }

export interface ConformanceOptions {
  /** Runs over this transport only. */
  only?: TransportName
  /** `rules`: a broker whose host refuses some things, see rules-broker.ts. */
  broker?: 'rules'
}

const versions: readonly Standard[] = ['mqtt311', 'mqtt5']

/**
 * Declares a test that shows these statements, with each version of MQTT that they belong to, over each transport.
 * CONFORMANCE.md is made from the declarations, which is why statements and title are plain literals.
 */
export function conformance(
  shown: Shown,
  title: string,
  show: (bench: Bench) => Promise<unknown>,
  { only, broker }: ConformanceOptions = {},
): void {
  const target = inject(broker === 'rules' ? 'rulesBroker' : 'broker')
  // Another broker, named by CONFORMANCE_TCP_PORT, has no host that we could tell what to refuse: nothing to show there.
  if (!target) return
  for (const standard of versions) {
    const statements = [shown[standard] ?? []].flat()
    if (statements.length === 0) continue
    for (const transport of only ? [only] : transports) {
      const how = `${standardNames[standard]}, ${transport}`
      it.concurrent(`${statements.join(' ')}: ${title} (${how})`, async () => {
        const bench = new Bench(transport, standard, target)
        try {
          await show(bench)
        } finally {
          bench.close()
        }
      })
    }
  }
}
