import { once } from 'node:events'
import type { Server } from 'node:net'
import { ConfigError } from '../config/config.js'
import { describePortHolder } from './port-holder.js'

/** Listens on a port that a variable names. Throws a ConfigError that says what to do when that cannot be. */
export async function bind(server: Server, variable: string, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    throw new ConfigError(`${variable}: ${describe(error as NodeJS.ErrnoException, variable, host, port)}`)
  }
}

function describe(error: NodeJS.ErrnoException, variable: string, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken by ${describePortHolder(port)}; stop it, choose another port, or set ${variable}=0 to turn this listener off`
    case 'EACCES':
      return `port ${port} is reserved; choose one above 1023`
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${host}; set HOST to one of its addresses, or to 0.0.0.0 for all`
    default:
      return `cannot listen on ${host}:${port}: ${error.message}`
  }
}
