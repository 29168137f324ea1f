import type { Core } from './core.js'
import type { LiveConnection } from './live-connection.js'

/**
 * A planned stop: no client is accepted any more, undecided messages get a moment to be decided, then every client is
 * told and disconnected. Wills are not sent. It takes 5 s at most, whatever clients, hooks and store do, and every socket
 * is closed when it resolves.
 */
export async function shutDown<P>(core: Core<P>): Promise<void> {
  core.stopping = true
  for (const connection of core.connections) connection.stopReading()
  await decided(core)
  const closed: Promise<void>[] = []
  await endAll([...core.connections], closed)
  core.stop()
  await core.aedes.close()
  await Promise.all([within(Promise.all(closed), lingerMs), within(core.writer?.close(), graceMs)])
}

async function decided<P>(core: Core<P>): Promise<void> {
  const deadline = performance.now() + graceMs
  const pending = () => [...core.connections].some(({ pendingPublishes }) => pendingPublishes > 0)
  while (pending() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Ends some in each turn of the event loop: ending thousands at once would delay the last packets of the others. */
async function endAll<P>(connections: readonly LiveConnection<P>[], closed: Promise<void>[]): Promise<void> {
  for (const [i, connection] of connections.entries()) {
    closed.push(new Promise((resolve) => connection.onceClosed(resolve)))
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
/** A little longer than a socket waits for its client to close. */
const lingerMs = 1_250
const connectionsPerTurn = 100
