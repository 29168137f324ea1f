import { inject, it } from 'vitest'
import type { StatementId } from '../statements.js'
import { Bench } from './bench.js'
import { type TransportName, transports } from './wire.js'

export interface ConformanceOptions {
  /** Runs over this transport only. */
  only?: TransportName
  /** `rules`: a broker whose host refuses some things, see rules-broker.ts. */
  broker?: 'rules'
}

/**
 * Declares a test that shows these statements, over each transport. CONFORMANCE.md is made from the declarations,
 * which is why statements and title are plain literals.
 */
export function conformance(
  statements: StatementId | StatementId[],
  title: string,
  show: (bench: Bench) => Promise<void>,
  { only, broker }: ConformanceOptions = {},
): void {
  const target = inject(broker === 'rules' ? 'rulesBroker' : 'broker')
  // Another broker, named by CONFORMANCE_TCP_PORT, has no host that we could tell what to refuse: nothing to show there.
  if (!target) return
  const name = `${[statements].flat().join(' ')}: ${title}`
  for (const transport of only ? [only] : transports) {
    it.concurrent(`${name} (${transport})`, async () => {
      const bench = new Bench(transport, target)
      try {
        await show(bench)
      } finally {
        bench.close()
      }
    })
  }
}
