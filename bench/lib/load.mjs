import { execFile, execFileSync } from 'node:child_process'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { endWithUs } from '../../scripts/process/end-with-us.mjs'
import { inScratch } from './scratch.mjs'

/** Runs the load generator, pinned to a processor when one is named. */
export class LoadGenerator {
  /** Builds it (C, needs gcc and make). */
  constructor(cpu) {
    this.cpu = cpu
    this.program = inScratch('bin', 'mqttload')
    const directory = inProject('bench/load')
    execFileSync('make', ['-s', '-C', directory, `B=${inScratch('bin')}`], { stdio: 'inherit' })
  }

  /**
   * One run. `options` are the load generator's own, `address` names the server and the processes
   * whose processor time and memory count. Returns its JSON report, or `{ exit, first_error }` when there is none.
   */
  run(address, transport, options, timeoutMs) {
    const where = ['--port', address[transport], ...(transport === 'ws' ? [`--ws=${address.path}`] : [])]
    const accounted = address.pids.flatMap((pid) => ['--server-tree', pid])
    const pinned = this.cpu ? ['taskset', '-c', this.cpu, this.program] : [this.program]
    const [program, ...args] = [...pinned, '--json', ...where, ...accounted, ...options].map(String)
    return new Promise((resolve) => {
      const limits = { timeout: timeoutMs, maxBuffer: 1 << 26 }
      const child = execFile(program, args, limits, (error, stdout, stderr) => {
        resolve(parseReport(stdout) ?? { exit: 1, first_error: failureText(error, stderr) })
      })
      endWithUs(child)
    })
  }
}

/** The problems of a run, in words; empty when it has none. */
export function problemOf(report) {
  if (report.connected === undefined) return `did not run: ${report.first_error}`
  const problems = mistakes.filter((name) => report[name]).map((name) => `${name} ${report[name]}`)
  // QoS 1 allows duplicates.
  if (report.duplicated && report.pub_qos !== 1) problems.push(`duplicated ${report.duplicated}`)
  if (report.lost) problems.push(`undelivered ${report.lost} of ${report.expected}`)
  if (report.first_error) problems.push(report.first_error)
  return problems.join('; ')
}

const mistakes = [
  'connect_fail',
  'disconnects',
  'protocol_errors',
  'publish_refused',
  'subscribe_refused',
  'out_of_order',
  'corrupt',
  'properties_changed',
  'misrouted',
  'qos_mismatch',
  'ping_timeouts',
]

function parseReport(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function failureText(error, stderr) {
  return (String(stderr).trim() || (error?.killed ? 'timed out' : (error?.message ?? 'no report'))).slice(
    0,
    300,
  )
}
