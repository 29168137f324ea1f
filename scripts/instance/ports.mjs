import net from 'node:net'
import { UserError } from '../foundation/user-error.mjs'
import { findPortOwner } from './port-owner.mjs'

/**
 * Throws unless this process could listen there now.
 * @param {string} variable the variable that sets the port, for the message
 * @param {string} host
 * @param {number} port
 */
export async function assertPortFree(variable, host, port) {
  const code = await listenError(host, port)
  if (code === undefined) return
  if (code === 'EADDRINUSE') throw await portTaken(variable, host, port)
  if (code === 'EACCES') {
    throw new UserError(
      `Port ${port} is reserved: only root may listen on ports below 1024.`,
      `Choose another: ${variable}=${port + 3000} npm start`,
    )
  }
  throw new UserError(
    `This machine cannot listen on HOST ${host} (${code}).`,
    'HOST is an address of this machine: 127.0.0.1 for this machine alone, 0.0.0.0 for its whole network.',
  )
}

/**
 * A port of 127.0.0.1 that nobody listens on.
 * @returns {Promise<number>}
 */
export function freeLoopbackPort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address())
      server.close(() => resolve(port))
    })
  })
}

/**
 * @param {string} variable
 * @param {string} host
 * @param {number} port
 */
async function portTaken(variable, host, port) {
  const owner = findPortOwner(port)
  const by = owner
    ? `by ${owner.name} (process ${owner.pid}: ${owner.command})`
    : 'by a process of another user'
  const off = variable === 'PORT' ? '' : `, or do without: ${variable}=0 npm start`
  return new UserError(
    `Port ${port} on ${host} is taken ${by}.`,
    owner ? `Stop it (kill ${owner.pid}), then start again;` : 'Stop that process, then start again;',
    `or choose another port: ${variable}=${await nextFreePort(host, port)} npm start${off}`,
  )
}

/**
 * @param {string} host
 * @param {number} port
 */
async function nextFreePort(host, port) {
  for (let next = port + 1; next < port + 100; next++) {
    if ((await listenError(host, next)) === undefined) return next
  }
  return port + 100
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<string | undefined>} the error's code, or undefined when it worked
 */
function listenError(host, port) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
