import { problemOf } from './load.mjs'

const attempts = 3

/**
 * Runs a load on each target in turn, A B C A B C, so that a disturbance of the machine does not fall on one of them
 * alone. A run that other processes disturbed is repeated. Returns the reports by target, and the problems.
 */
export async function interleave(targets, { rounds, maxOther }, once) {
  const runs = new Map(targets.map((target) => [target.name, []]))
  const problems = new Set()
  for (let round = 0; round < rounds; round++) {
    for (const target of targets) {
      const report = await undisturbed(maxOther, () => once(target))
      runs.get(target.name).push(report)
      const problem = problemOf(report)
      if (problem !== '') problems.add(`${target.name}: ${problem}`)
    }
  }
  return { runs, problems: [...problems] }
}

/** The least disturbed run; runs again only when the first was disturbed. */
async function undisturbed(maxOther, once) {
  let best
  for (let attempt = 0; attempt < attempts; attempt++) {
    const report = await once()
    if (best === undefined || othersOf(report) < othersOf(best)) best = report
    if (!(othersOf(best) > maxOther)) return best
  }
  return best
}

/** Processor time that neither the load nor the server took, in processors; 0 when it is not known. */
function othersOf(report) {
  return report.other_cpu_share ?? 0
}

/** How many of the problems are Heliograph's own, and not those of other brokers. */
export function oursAmong(problems) {
  return problems.filter((problem) => problem.startsWith('heliograph')).length
}
