import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

/** Where logs, databases, credentials and the built load generator go; nothing is written into the project. */
export const scratchDirectory = process.env.BENCH_TMP ?? '/tmp/heliograph-bench'

/** Lowest loopback port of the servers. */
const firstPort = Number(process.env.BENCH_PORT ?? 27_500)
let lastPort = firstPort - 1

/** A path below the scratch directory, its parent made. */
export function inScratch(...segments) {
  const file = path.join(scratchDirectory, ...segments)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  return file
}

/** The next port of 127.0.0.1 on which nothing listens. */
export async function freePort() {
  for (let tried = 0; tried < 500; tried++) {
    lastPort = lastPort + 1 < firstPort + 500 ? lastPort + 1 : firstPort
    if (await isFree(lastPort)) return lastPort
  }
  throw new Error(`no free port from ${firstPort} on`)
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
