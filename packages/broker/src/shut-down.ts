import type { Core } from './core.js'

/**
 * A planned stop: nothing new is let in, what is being decided gets a moment to be, then every client is told and let
 * go. Wills are not sent. Done within 5 s whatever clients and hooks do.
 */
export async function shutDown<P>(core: Core<P>): Promise<void> {
  core.stopping = true
  for (const { wire } of core.connections) wire.hold()
  await decided(core)
  for (const connection of [...core.connections]) connection.end('server_stopping')
  core.stop()
  await core.host.close()
  await Promise.race([core.journal?.close(), new Promise((resolve) => setTimeout(resolve, graceMs).unref())])
}

async function decided<P>(core: Core<P>): Promise<void> {
  const deadline = Date.now() + graceMs
  const pending = () => [...core.connections].some(({ publishes }) => (publishes?.pending ?? 0) > 0)
  while (pending() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
}

const graceMs = 2_000
