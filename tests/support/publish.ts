import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { inProject } from '../../scripts/foundation/paths.mjs'

export interface DeviceConnection {
  /** `mqtt://host:port` or `ws://host:port/mqtt` */
  url: string
  clientId: string
  username: string
  password: string
}

/** Publishes by a process of its own, as a device would, and resolves when every message is acknowledged. */
export async function publishFromAnotherProcess(
  connection: DeviceConnection,
  topic: string,
  payloads: readonly string[],
): Promise<void> {
  const input = JSON.stringify({ ...connection, topic, payloads })
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: inProject('.'),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(input)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`The publisher ended with ${code}`)
}

/** Whether mosquitto's clients are installed; tests that need them are left out otherwise. */
export const hasMosquitto = spawnSync('mosquitto_pub', ['--help']).error === undefined

/** Runs a command line in a shell. */
export async function paste(commandLine: string): Promise<void> {
  const child = spawn('bash', ['-c', commandLine], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`The command ended with ${code}: ${commandLine.split(' ')[0]}`)
}

const program = `
  import { text } from 'node:stream/consumers'
  import mqtt from 'mqtt'
  const { url, topic, payloads, ...options } = JSON.parse(await text(process.stdin))
  const client = await mqtt.connectAsync(url, { ...options, reconnectPeriod: 0 })
  for (const payload of payloads) await client.publishAsync(topic, payload, { qos: 1 })
  await client.endAsync()
`
