import { fork } from 'node:child_process'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createBroker } from '../../src/create-broker.js'
import type { Broker, BrokerEvents } from '../../src/interface/broker.js'
import type { BrokerHooks } from '../../src/interface/hooks.js'
import type { BrokerLimits } from '../../src/interface/limits.js'
import type { Persistence } from '../../src/interface/persistence.js'
import type { Endpoint } from './raw-client.js'

export interface Running extends Endpoint {
  /** True once the process is gone (plain aedes only). */
  crashed(): boolean
  stop(): Promise<void>
}

export interface RunningOurs extends Running {
  broker: Broker<string>
  refusals: BrokerEvents<string>['refused'][]
  disconnects: BrokerEvents<string>['disconnected'][]
}

export interface OursOptions {
  hooks?: Partial<BrokerHooks<string>>
  limits?: Partial<BrokerLimits>
  persistence?: Persistence
}

/** Our broker in this process, with the same rule as plain aedes': nothing that begins with `secret`. */
export async function startOurs({ hooks, limits, persistence }: OursOptions = {}): Promise<RunningOurs> {
  const broker = await createBroker<string>({
    hooks: {
      authenticate: ({ clientId }) =>
        clientId.startsWith('undecided')
          ? new Promise(() => {})
          : { ok: true, principal: clientId, sessionId: clientId || `auto-${Math.random()}` },
      authorizePublish: ({ clientId }, topic) =>
        !topic.startsWith('secret') || clientId.startsWith('platform'),
      authorizeSubscribe: (_client, filter) => !filter.startsWith('secret'),
      ...hooks,
    },
    ...(limits ? { limits } : {}),
    ...(persistence ? { persistence } : {}),
  })
  const refusals: RunningOurs['refusals'] = []
  const disconnects: RunningOurs['disconnects'] = []
  broker.events.on('refused', (event) => refusals.push(event))
  broker.events.on('disconnected', (event) => disconnects.push(event))
  const tcp = createServer((socket) => broker.handleTcp(socket))
  const web = createHttpServer()
  web.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  return {
    broker,
    refusals,
    disconnects,
    tcpPort: (tcp.address() as AddressInfo).port,
    wsPort: (web.address() as AddressInfo).port,
    crashed: () => false,
    stop: async () => {
      tcp.close()
      web.close()
      await broker.close()
    },
  }
}

/** Plain aedes in a child process. Options: `slow-store`, `failing-store`. */
export async function startPlain(options = ''): Promise<Running> {
  const path = fileURLToPath(new URL('./plain-aedes.mjs', import.meta.url))
  const child = fork(path, [options], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  let exited = false
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.once('exit', () => {
    exited = true
  })
  const ports = await new Promise<Endpoint>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Endpoint))
    child.once('exit', () => reject(new Error('plain aedes did not start')))
  })
  return {
    ...ports,
    crashed: () => exited,
    stop: async () => {
      child.kill('SIGKILL')
      await exit
    },
  }
}
