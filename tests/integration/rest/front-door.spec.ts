import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { Platform } from '../../support/platform.js'
import { exchange } from '../../support/raw-socket.js'
import { usePlatforms } from '../../support/use-platform.js'

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})
const platforms = usePlatforms()
let platform: Platform
let sharedPages: Promise<Pages> | undefined

interface Pages {
  url: string
  server: http.Server
  /** How many requests the client aborted. */
  aborted: () => number
}

/** A stand-in for the web process: answers with the request it got, and echoes on upgraded connections. */
async function startPages(): Promise<Pages> {
  let aborted = 0
  const server = http.createServer((request, response) => {
    if (request.url === '/hang') {
      response.once('close', () => {
        aborted += 1
      })
      return
    }
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setImmediate(() => response.destroy())
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.setHeader('connection', 'x-hop')
      response.setHeader('x-hop', '1')
      const body = Buffer.concat(chunks).toString()
      response.end(
        JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }),
      )
    })
  })
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/_next/refused')
      return socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno')
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Echo: yes\r\n\r\n',
    )
    socket.on('error', () => {})
    socket.write(head)
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as net.AddressInfo
  return { url: `http://127.0.0.1:${port}`, server, aborted: () => aborted }
}

/** Pages and a platform that other tests use, too. */
async function start(): Promise<Pages> {
  sharedPages ??= startPages()
  const pages = await sharedPages
  platform = await platforms.shared({ env: { WEB_URL: pages.url } })
  return pages
}

async function startOwn(env: NodeJS.ProcessEnv = {}): Promise<Pages> {
  const pages = await startPages()
  platform = await platforms.own({ env: { WEB_URL: pages.url, ...env } })
  return pages
}

const raw = (text: string) => exchange(platform.port, text)

/** Asks for a WebSocket, and returns what comes first: the head of 101, or the whole refusal. */
async function upgradeTo(path: string, headers: Record<string, string>): Promise<string> {
  const socket = net.connect(platform.port, '127.0.0.1')
  socket.setEncoding('utf8')
  const fields = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  let answer = ''
  for await (const chunk of socket) {
    answer += chunk
    if (/^HTTP\/1\.1 101 .*\r\n\r\n/s.test(answer)) break
  }
  return answer
}

const get = (path: string, init?: RequestInit) => fetch(new URL(path, platform.url), init)

describe('pages', () => {
  it('get the client’s address from the socket, not from headers of the client', async () => {
    await start()
    const response = await get('/o/acme?x=1', {
      headers: {
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-proto': 'https',
        forwarded: 'for=1.2.3.4',
        te: 'trailers',
      },
    })
    const { url, headers } = (await response.json()) as { url: string; headers: Record<string, string> }
    expect(url).toBe('/o/acme?x=1')
    expect(headers).toMatchObject({
      host: `127.0.0.1:${platform.port}`,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `127.0.0.1:${platform.port}`,
    })
    expect(headers).not.toHaveProperty('forwarded')
    expect(headers).not.toHaveProperty('te')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.has('x-hop')).toBe(false)
  })

  it('get the client’s address from a trusted proxy', async () => {
    await startOwn({ TRUSTED_PROXIES: '127.0.0.0/8' })
    const response = await get('/', {
      headers: { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' },
    })
    const { headers } = (await response.json()) as { headers: Record<string, string> }
    expect(headers).toMatchObject({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' })
  })

  it('get bodies of known and of unknown length', async () => {
    await start()
    const known = await get('/form', { method: 'POST', body: 'x'.repeat(100_000) })
    expect(((await known.json()) as { body: string }).body.length).toBe(100_000)
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('in '))
        controller.enqueue(new TextEncoder().encode('pieces'))
        controller.close()
      },
    })
    const unknown = await get('/form', { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
    expect(await unknown.json()).toMatchObject({ method: 'POST', body: 'in pieces' })
  })

  it('see when a client disconnects', async () => {
    const pages = await start()
    const controller = new AbortController()
    const hanging = get('/hang', { signal: controller.signal })
    await once(pages.server, 'request')
    controller.abort()
    await expect(hanging).rejects.toThrow()
    await vi.waitFor(() => expect(pages.aborted()).toBe(1), { timeout: 20_000 })
  })

  it('that end too early are not passed on as complete', async () => {
    await start()
    await expect(get('/cut').then((response) => response.text())).rejects.toThrow()
  })

  it('are replaced by a readable notice while they are away, and REST still works', async () => {
    const pages = await startOwn()
    pages.server.closeAllConnections()
    await new Promise((resolve) => pages.server.close(resolve))
    const page = await get('/', { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8'])
    expect(page.headers.get('retry-after')).toBe('3')
    const html = await page.text()
    expect(html).toContain('<h1>')
    const style = createHash('sha256')
      .update(/<style>(.*?)<\/style>/s.exec(html)?.[1] ?? '')
      .digest('base64')
    expect(page.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    const data = await get('/data.json')
    expect(data.status).toBe(502)
    expect(await data.json()).toMatchObject({ code: 'web_unavailable' })
    expect((await get('/healthz')).status).toBe(200)
    const ready = await get('/readyz')
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({
      ready: false,
      checks: { web: { ok: false }, database: { ok: true } },
    })
    const upgrade = await raw(
      'GET /_next/hmr HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    expect(upgrade).toMatch(/^HTTP\/1\.1 502 /)
  })
})

describe('a request without credentials', () => {
  const head = 'POST /api/v1/devices HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

  it('is refused by the length of its body that it states, before it sends any of it', async () => {
    await start()
    const answer = await raw(`${head}Content-Length: 1000000\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*connection: close/is)
    expect(answer).toContain('65536 bytes at most')
  })

  it('may have a small body, and one with credentials a large one', async () => {
    await start()
    const small = await fetch(`${platform.url}/api/v1/devices`, { method: 'POST', body: 'x'.repeat(60_000) })
    const large = await fetch(`${platform.url}/api/v1/devices`, {
      method: 'POST',
      headers: { authorization: `Bearer hg_key_${'x'.repeat(43)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'x'.repeat(200_000) }),
    })
    expect([small.status, large.status]).toEqual([415, 401])
  })
})

describe('pipelined requests', () => {
  it('are answered one by one, and their client is disconnected when it sends too many', async () => {
    await start()
    const bundle = 'GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'
    const greedy = Array.from({ length: 3 }, () => net.connect(platform.port, '127.0.0.1'))
    await Promise.all(
      greedy.map(async (socket) => {
        socket.on('error', () => {})
        socket.resume()
        socket.write(bundle.repeat(2_000))
        await new Promise((closed) => socket.once('close', closed))
      }),
    )
    expect((await get('/healthz')).status).toBe(200)
    const few = await raw(
      'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(9) +
        'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    expect(few.match(/HTTP\/1\.1 200 /g)).toHaveLength(10)
  })
})

describe('a request hidden in the body of another', () => {
  it.each(['GET', 'DELETE', 'POST'])(
    'stays a body, also when Connection lists its length: %s',
    async (method) => {
      await start()
      const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n'
      const head = `${method} /page HTTP/1.1\r\nHost: x\r\nConnection: close, Content-Length`
      const answer = await raw(`${head}\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`)
      expect(JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1))).toMatchObject({
        url: '/page',
        body: hidden,
      })
    },
  )

  it.each(['Content-Length: 35', 'Transfer-Encoding: chunked'])(
    'is not passed on by an upgrade: %s',
    async (framing) => {
      await start()
      const answer = await raw(
        `GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${framing}\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    },
  )
})

describe('upgrades', () => {
  it('of the hot reload in development are passed to the pages, in both directions', async () => {
    await startOwn()
    const request = http.get(new URL('/_next/webpack-hmr', platform.url), {
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    })
    const [response, socket] = (await once(request, 'upgrade')) as [http.IncomingMessage, net.Socket]
    expect(response.headers['x-echo']).toBe('yes')
    socket.write('hello')
    expect(String((await once(socket, 'data'))[0])).toBe('hello')
    const closed = once(socket.resume(), 'close')
    expect(await platform.kill('SIGTERM')).toBe(0)
    await closed
    expect(platform.logs()).not.toContain('did not stop in time')
  })

  it('that the pages refuse are refused', async () => {
    await start()
    const answer = await raw(
      'GET /_next/refused HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(answer).toMatch(/no$/)
  })

  it.each(['/api/x', '/socket', '/mqtt/x', '/o/acme'])(
    'to a WebSocket at %s are answered with the right path',
    async (path) => {
      await start()
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 404 /)
      expect(answer).toContain('MQTT over WebSocket is at the path /mqtt, with the subprotocol mqtt.')
    },
  )

  it.each(['/mqtt', '/mqtt/', '/ws', '/'])(
    'to a WebSocket at %s are MQTT with its subprotocol, in any case of letters, and else name the path',
    async (path) => {
      await start()
      for (const subprotocol of ['mqtt', 'MQTT', 'mqttv3.1', 'MqttV3.1'])
        expect(await upgradeTo(path, { 'Sec-WebSocket-Protocol': subprotocol })).toMatch(
          new RegExp(`^HTTP/1\\.1 101 .*\\r\\nSec-WebSocket-Protocol: ${subprotocol}\\r\\n\\r\\n$`, 's'),
        )
      const refused: Record<string, string>[] = [
        {},
        { 'Sec-WebSocket-Protocol': 'graphql-ws' },
        { 'Sec-WebSocket-Version': '8' },
      ]
      for (const headers of refused)
        expect(await upgradeTo(path, headers)).toMatch(
          /^HTTP\/1\.1 4\d\d .*MQTT over WebSocket is at the path \/mqtt, with the subprotocol mqtt\.\n$/s,
        )
    },
  )

  it.each(['h2c', 'TLS/1.2', 'websocket/13'])(
    'to %s are ignored, and the request is answered',
    async (protocol) => {
      await start()
      const fields = `Host: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAA`
      expect(await raw(`GET /healthz HTTP/1.1\r\n${fields}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
      const page = await raw(
        `POST /page HTTP/1.1\r\n${fields}\r\nX-Mine: 1\r\nContent-Length: 5\r\n\r\nhello`,
      )
      const seen = JSON.parse(page.slice(page.indexOf('{'), page.lastIndexOf('}') + 1))
      expect(seen).toMatchObject({ method: 'POST', url: '/page', body: 'hello', headers: { 'x-mine': '1' } })
      expect(seen.headers).not.toHaveProperty('upgrade')
      expect(seen.headers).not.toHaveProperty('http2-settings')
    },
  )

  it('to another protocol leave the connection open for the next request', async () => {
    await start()
    const upgrade = 'Connection: Upgrade, keep-alive\r\nUpgrade: h2c'
    const answers = await raw(
      `GET /healthz HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    expect(answers.match(/HTTP\/1\.1 200 /g)).toHaveLength(2)
  })
})

describe('an invalid request', () => {
  it('is answered, and other requests still work', async () => {
    await start()
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
    expect(await raw('TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/ 405 /)
    expect(await raw('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/ 400 /)
    const plain = await get('/mqtt')
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket'])
    expect((await get('/healthz')).status).toBe(200)
  })
})

describe('a request target', () => {
  it('may be a whole URL, whose authority is the host', async () => {
    await start()
    const page = await raw('GET http://iot.example/page?a=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(JSON.parse(page.slice(page.indexOf('{'), page.lastIndexOf('}') + 1))).toMatchObject({
      url: '/page?a=1',
      headers: { 'x-forwarded-host': 'iot.example' },
    })
    const health = await raw('GET http://x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(health).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('with a slash at its end means the same resource', async () => {
    await start()
    expect((await get('/healthz/')).status).toBe(200)
    expect((await get('/api/v1/devices/')).status).toBe(401)
  })
})

describe('pages of another origin', () => {
  it('may call the api only when ALLOWED_ORIGINS lists the origin', async () => {
    await startOwn({ ALLOWED_ORIGINS: 'https://dashboard.example' })
    const ask = (origin: string) =>
      get('/api/v1/devices', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const allowed = await ask('https://dashboard.example')
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://dashboard.example')
    expect(allowed.headers.get('access-control-allow-headers')).toContain('heliograph-org')
    expect((await ask('https://evil.example')).headers.has('access-control-allow-origin')).toBe(false)
  })
})
