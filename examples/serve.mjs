#!/usr/bin/env node
// Serves the pages of this folder, and the packages that they import, on an origin of its own.
// Usage: node examples/serve.mjs [PORT]
import fs from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const packages = path.join(here, '..', 'node_modules')
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
}

const server = http.createServer(async (request, response) => {
  try {
    const file = fileOf(new URL(request.url ?? '/', 'http://localhost').pathname)
    const content = await fs.readFile(file)
    response.setHeader('content-type', `${types[path.extname(file)] ?? 'text/plain'}; charset=utf-8`)
    response.end(content)
  } catch {
    response.writeHead(404).end('Not found\n')
  }
})

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () =>
  process.stdout.write(`http://localhost:${server.address().port}/\n`),
)

/** `/modules/…` is below node_modules, where a module may be named without its ending; all else is below this folder. */
function fileOf(pathname) {
  const decoded = decodeURIComponent(pathname)
  if (!decoded.startsWith('/modules/')) {
    return inside(here, decoded.endsWith('/') ? `${decoded}index.html` : decoded)
  }
  const file = inside(packages, decoded.slice('/modules'.length))
  return path.extname(file) === '' ? `${file}.js` : file
}

function inside(directory, pathname) {
  const file = path.join(directory, pathname)
  if (!file.startsWith(directory + path.sep)) throw new Error(`${pathname} is outside`)
  return file
}
