import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import { sharedRun } from '../../foundation/timers/shared-run.js'

/** The pause between two renderings, as a multiple of what the last one took, and at most so long. */
const restFactor = 9
const longestRestMs = 500

/** Rendering takes no more of a turn of the event loop than about this. */
const turnMs = 2

/**
 * Renders all metrics in Prometheus' text format: once for all who ask at the same time, over several turns of the event
 * loop. A pause follows in proportion to its duration, so that however often they are asked for, it takes a tenth of the time.
 */
export function renderedMetrics(registry: Registry): () => Promise<string> {
  let earliestMs = 0
  return sharedRun(async () => {
    await sleep(Math.max(0, earliestMs - performance.now()))
    const startedMs = performance.now()
    const text = await render(registry)
    const nowMs = performance.now()
    earliestMs = nowMs + Math.min(restFactor * (nowMs - startedMs), longestRestMs)
    return text
  })
}

async function render(registry: Registry): Promise<string> {
  const texts: string[] = []
  let turnBeganMs = performance.now()
  for (const { name } of registry.getMetricsAsArray()) {
    texts.push(await registry.getSingleMetricAsString(name))
    if (performance.now() - turnBeganMs < turnMs) continue
    await nextTurn()
    turnBeganMs = performance.now()
  }
  return `${texts.join('\n\n')}\n`
}
