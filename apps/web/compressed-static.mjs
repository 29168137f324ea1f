import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }

/**
 * Reads the files that the build has compressed with Brotli. The function it returns answers a request
 * for one of them and returns true, or returns false and leaves the request to somebody else.
 */
export function compressedStatic(folder) {
  const files = new Map()
  for (const name of readdirSync(folder, { recursive: true })) {
    const type = TYPES[/\.(js|css)\.br$/.exec(name)?.[1]]
    const path = `/_next/static/${name.slice(0, -3).split(sep).join('/')}`
    if (type) files.set(path, { type, body: readFileSync(join(folder, name)) })
  }

  return (request, response) => {
    const file = files.get(request.url.split('?', 1)[0])
    const reading = request.method === 'GET' || request.method === 'HEAD'
    if (!file || !reading || !/\bbr\b/.test(request.headers['accept-encoding'] ?? '')) return false
    response.writeHead(200, {
      'content-type': file.type,
      'content-encoding': 'br',
      'content-length': file.body.length,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : file.body)
    return true
  }
}
