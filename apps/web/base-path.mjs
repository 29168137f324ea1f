import { AsyncLocalStorage } from 'node:async_hooks'
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

const basePaths = new AsyncLocalStorage()
// What pages are rendered with (src/lib/base-path.ts, base-path-loader.cjs).
Object.defineProperty(globalThis, 'heliographBasePath', { get: () => basePaths.getStore() })

/** Paths of files that answers name. */
const assets = ['/_next/', '/icon.svg?']
const rewritten = /^(?:text\/html|text\/x-component|(?:text|application)\/javascript)\b/
/** The whole of what the front door may name (PUBLIC_URL in the api). */
const validBasePath = /^(?:\/[\w-]+)+$/

/**
 * Serves pages below a path that is not known when they are built. The front door removes it from requests, and names it in
 * X-Forwarded-Prefix; Next.js sees none of it, and the paths of files in its answers are completed here.
 */
export function belowBasePath(staticFolder, listener) {
  const namingOthers = filesThatNameOthers(staticFolder)
  return (request, response) => {
    const basePath = request.headers['x-forwarded-prefix']
    if (!validBasePath.test(basePath ?? '')) return listener(request, response)
    const path = request.url.split('?', 1)[0]
    if (!path.startsWith('/_next/static/') || namingOthers.has(path)) {
      // What is compressed cannot be completed.
      delete request.headers['accept-encoding']
      completeAnswer(response, basePath)
    }
    basePaths.run(basePath, () => listener(request, response))
  }
}

/** Scripts that load further ones, by their whole path. */
function filesThatNameOthers(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'))
  const naming = names.filter((name) => readFileSync(join(folder, name), 'latin1').includes('"/_next/"'))
  return new Set(naming.map((name) => `/_next/static/${name.split(sep).join('/')}`))
}

function completeAnswer(response, basePath) {
  completeHeaders(response, basePath)
  const writeHead = response.writeHead.bind(response)
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  let complete
  const begin = () => {
    if (complete !== undefined) return
    const isText = rewritten.test(String(response.getHeader('content-type') ?? ''))
    complete = isText ? pathCompleter(basePath) : (bytes) => bytes
    // It would be that of the shorter text.
    if (isText) response.removeHeader('content-length')
  }
  response.writeHead = (...head) => {
    begin()
    return writeHead(...head)
  }
  response.write = (chunk, encoding, done) => {
    begin()
    const callback = typeof encoding === 'function' ? encoding : done
    return write(complete(bytesOf(chunk, encoding), false), callback)
  }
  response.end = (chunk, encoding, done) => {
    begin()
    const callback = [chunk, encoding, done].find((given) => typeof given === 'function')
    const last = typeof chunk === 'function' || chunk == null ? Buffer.alloc(0) : bytesOf(chunk, encoding)
    return end(complete(last, true), callback)
  }
}

function bytesOf(chunk, encoding) {
  if (typeof chunk === 'string') return Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8')
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

/** Redirects, and files that a browser may load at once (RFC 8288). */
function completeHeaders(response, basePath) {
  for (const method of ['setHeader', 'appendHeader']) {
    const original = response[method].bind(response)
    response[method] = (name, value) => original(name, completeHeader(name, value, basePath))
  }
}

function completeHeader(name, value, basePath) {
  const all = (complete) => (Array.isArray(value) ? value.map(complete) : complete(String(value)))
  switch (name.toLowerCase()) {
    case 'location':
      return all((location) => (/^\/(?!\/)/.test(location) ? `${basePath}${location}` : location))
    case 'refresh':
      // Next.js says where to go once more, for browsers of long ago.
      return all((refresh) => refresh.replace(/;url=\/(?!\/)/, `;url=${basePath}/`))
    case 'link':
      return all((link) => link.replaceAll('</', `<${basePath}/`))
    default:
      return value
  }
}

/** Returns a function that completes paths in a text which comes in pieces, also where a path is in two of them. */
export function pathCompleter(basePath) {
  let held = ''
  return (bytes, isLast) => {
    // One character for each byte: the paths are ASCII, and all else stays as it is.
    const text = held + bytes.toString('latin1')
    const end = isLast ? text.length : text.length - beginningOfAsset(text)
    held = text.slice(end)
    const whole = assets.reduce((rest, asset) => rest.replaceAll(asset, basePath + asset), text.slice(0, end))
    return Buffer.from(whole, 'latin1')
  }
}

/** How many characters at the end of a text may be the first ones of an asset's path. */
function beginningOfAsset(text) {
  const longest = Math.max(...assets.map(({ length }) => length)) - 1
  for (let count = Math.min(longest, text.length); count > 0; count -= 1)
    if (assets.some((asset) => asset.startsWith(text.slice(-count)))) return count
  return 0
}
