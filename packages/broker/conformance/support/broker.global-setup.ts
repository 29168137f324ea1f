import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import type { Target } from './wire.js'

declare module 'vitest' {
  interface ProvidedContext {
    broker: Target
    /** Absent when another broker is tested. */
    rulesBroker: Target | null
  }
}

/** The filter to which the broker under test refuses subscriptions. */
const deniedFilter = 'nosubscribe'
const startLimitMs = 15_000

/** Starts the broker as a user would, or takes the one that CONFORMANCE_TCP_PORT and CONFORMANCE_WS_PORT name. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { CONFORMANCE_TCP_PORT: tcpPort, CONFORMANCE_WS_PORT: wsPort } = process.env
  if (tcpPort && wsPort) {
    project.provide('broker', { tcpPort: Number(tcpPort), wsPort: Number(wsPort) })
    project.provide('rulesBroker', null)
    return async () => undefined
  }
  const { startRulesBroker } = await import('./rules-broker.js')
  const rules = await startRulesBroker()
  const target = { tcpPort: await freePort(), wsPort: await freePort() }
  const stop = await startBroker(target)
  project.provide('broker', target)
  project.provide('rulesBroker', rules.target)
  return async () => {
    await Promise.all([stop(), rules.close()])
  }
}

async function startBroker({ tcpPort, wsPort }: Target): Promise<() => Promise<void>> {
  const script = fileURLToPath(new URL('../../bin/broker.js', import.meta.url))
  const ports = ['--tcp', String(tcpPort), '--ws', String(wsPort)]
  const child = spawn(process.execPath, [script, ...ports, '--anonymous', '--deny-subscribe', deniedFilter], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  await Promise.all([listening(child, tcpPort), listening(child, wsPort)])
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + startLimitMs
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`the broker ended with ${child.exitCode}`)
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port}`)
    await pause(25)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
