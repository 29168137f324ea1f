import { spawn } from 'node:child_process'
import { once } from 'node:events'
import readline from 'node:readline'
import { inProject } from '../../scripts/foundation/paths.mjs'
import type { DeviceConnection } from './publish.js'

export interface SteadyPublisher {
  /** How many messages are acknowledged so far. */
  readonly acknowledged: number
  /** Resolves when so many messages are acknowledged. */
  reached(count: number): Promise<void>
  /** Resolves when all are. */
  done: Promise<void>
  kill(): void
}

/**
 * A process of its own that publishes numbered samples, `everyMs` apart and each once acknowledged: in turn
 * `{"ts":…,"values":{"stamped":n}}` and `{"unstamped":n}`. It connects again when it is cut off.
 */
export function publishSteadily(
  connection: DeviceConnection,
  topic: string,
  { count, everyMs }: { count: number; everyMs: number },
): SteadyPublisher {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: inProject('.'),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify({ ...connection, topic, count, everyMs }))
  let acknowledged = 0
  const waiting = new Set<() => void>()
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    acknowledged = Number(line)
    for (const check of waiting) check()
  })
  const done = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`The publisher ended with ${code} after ${acknowledged} messages`)
  })
  done.catch(() => {})
  return {
    get acknowledged() {
      return acknowledged
    },
    async reached(wanted) {
      const reached = new Promise<void>((resolve) => {
        const check = () => acknowledged >= wanted && resolve()
        waiting.add(check)
        check()
      })
      await Promise.race([reached, done])
    },
    done,
    kill: () => void child.kill('SIGKILL'),
  }
}

const program = `
  import { text } from 'node:stream/consumers'
  import { setTimeout as sleep } from 'node:timers/promises'
  import mqtt from 'mqtt'
  const { url, topic, count, everyMs, ...options } = JSON.parse(await text(process.stdin))
  const client = mqtt.connect(url, { ...options, reconnectPeriod: 200 })
  client.on('error', () => {})
  for (let number = 1; number <= count; number += 1) {
    const sample = number % 2 === 0 ? { unstamped: number } : { ts: Date.now(), values: { stamped: number } }
    await client.publishAsync(topic, JSON.stringify(sample), { qos: 1 })
    console.log(number)
    await sleep(everyMs)
  }
  await client.endAsync()
`
