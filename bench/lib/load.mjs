import { execFile, execFileSync } from 'node:child_process'
import path from 'node:path'

const loadDirectory = path.resolve(import.meta.dirname, '../load')
export const scratchDirectory = process.env.BENCH_TMP ?? '/tmp/heliograph-bench'

/** Builds the load generator (C, needs gcc and make) and gives its path. */
export function buildLoadGenerator() {
  const target = path.join(scratchDirectory, 'bin')
  execFileSync('make', ['-s', '-C', loadDirectory, `B=${target}`], { stdio: 'inherit' })
  return path.join(target, 'mqttload')
}

/**
 * One run of the load generator, pinned to a processor. `target` is where to connect and which
 * process to account for; `options` are the load generator's own. Gives its JSON report.
 */
export function runLoad(generator, target, options, { loadCpu, timeoutMs }) {
  const where = ['--port', String(target.port), ...(target.transport === 'ws' ? [`--ws=${target.path}`] : [])]
  const account = target.pid ? ['--server-tree', String(target.pid)] : []
  const args = [
    '-c',
    loadCpu,
    generator,
    '--json',
    ...where,
    ...account,
    ...(target.options ?? []),
    ...options,
  ]
  return new Promise((resolve) => {
    execFile('taskset', args, { timeout: timeoutMs, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout))
      } catch {
        resolve({
          exit: error?.code ?? 1,
          first_error: String(stderr || error?.message)
            .trim()
            .slice(0, 300),
        })
      }
    })
  })
}

/** What was wrong with a run, in words; empty when nothing was. */
export function problemOf(report) {
  if (report.exit === 1 || report.delivered === undefined) return `did not run: ${report.first_error}`
  const counted = [
    'connect_fail',
    'disconnects',
    'protocol_errors',
    'duplicated',
    'out_of_order',
    'corrupt',
    'misrouted',
  ]
  const problems = counted.filter((name) => report[name]).map((name) => `${name} ${report[name]}`)
  if (report.lost) problems.push(`undelivered ${report.lost} of ${report.expected}`)
  if (report.first_error) problems.push(report.first_error)
  return problems.join('; ')
}
