import type { Connection } from './connection/connection.js'
import type { Core } from './core.js'

/**
 * A planned stop: nothing new is let in, what is being decided gets a moment to be, then every client is told and let
 * go. Wills are not sent. Done within 5 s whatever clients, hooks and store do; when it is, every socket is closed.
 */
export async function shutDown<P>(core: Core<P>): Promise<void> {
  core.stopping = true
  for (const { wire } of core.connections) wire.hold()
  await decided(core)
  const gone: Promise<void>[] = []
  await endAll([...core.connections], gone)
  core.stop()
  await core.host.close()
  await Promise.all([within(Promise.all(gone), lingerMs), within(core.journal?.close(), graceMs)])
}

async function decided<P>(core: Core<P>): Promise<void> {
  const deadline = Date.now() + graceMs
  const pending = () => [...core.connections].some(({ publishes }) => (publishes?.pending ?? 0) > 0)
  while (pending() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Some in each turn of the event loop: thousands at once would hold up the others' last words. */
async function endAll<P>(connections: readonly Connection<P>[], gone: Promise<void>[]): Promise<void> {
  for (const [i, connection] of connections.entries()) {
    gone.push(new Promise((resolve) => connection.wire.onceGone(resolve)))
    connection.end('server_stopping')
    if (i % connectionsPerTurn === connectionsPerTurn - 1)
      await new Promise((resolve) => setImmediate(resolve))
  }
}

async function within(work: Promise<unknown> | undefined, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))])
  clearTimeout(timer)
}

const graceMs = 1_500
/** A little more than the connections leave their clients to hang up. */
const lingerMs = 1_250
const connectionsPerTurn = 100
