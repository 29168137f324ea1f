// Starts the built pages on SOCKET_PATH, or on HOSTNAME:PORT without one, and ends with the process that started it.
import { existsSync } from 'node:fs'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { belowBasePath } from './base-path.mjs'
import { compressedStatic } from './compressed-static.mjs'

const built = new URL('.next/standalone/apps/web/', import.meta.url)
const server = new URL('server.js', built)

if (!existsSync(server)) {
  console.error('The pages are not built yet. Run "npm run build" in the project root, then start again.')
  process.exit(1)
}

process.env.NODE_ENV = 'production'
process.env.HOSTNAME ??= '127.0.0.1'
process.env.NEXT_TELEMETRY_DISABLED = '1'
// Pages hold no state, so ending at once is safe, and a tab that stays open cannot delay it.
process.env.NEXT_MANUAL_SIG_HANDLE = 'true'
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
process.on('disconnect', () => process.exit(0))

// Next has no setting for files compressed beforehand, so they are answered before it sees the request; nor for a Unix
// socket, so what it does to listen on its port is done on the socket instead.
const staticFolder = fileURLToPath(new URL('.next/static/', built))
const sendCompressed = compressedStatic(staticFolder)
const { SOCKET_PATH: socketPath } = process.env
const { createServer } = http
http.createServer = (listener) => {
  const answer = (request, response) => sendCompressed(request, response) || listener(request, response)
  const server = createServer(belowBasePath(staticFolder, answer))
  if (socketPath) server.listen = () => http.Server.prototype.listen.call(server, socketPath)
  return server
}

await import(server.href)
