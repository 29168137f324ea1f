import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { belowBasePath, pathCompleter } from './base-path.mjs'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-static-'))
fs.writeFileSync(path.join(folder, 'loader.js'), 'load("/_next/" + name)')
fs.writeFileSync(path.join(folder, 'page.js'), 'draw()')

const html = '<script src="/_next/static/a.js"></script>é<link rel="icon" href="/icon.svg?icon.1.svg"/>'
const server = http.createServer(
  belowBasePath(folder, async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const asked = { encoding: request.headers['accept-encoding'] ?? '' }
    response.setHeader('x-asked', asked.encoding)
    await turn()
    response.setHeader('x-base-path', String(Reflect.get(globalThis, 'heliographBasePath')))
    response.setHeader('content-type', request.url?.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.setHeader('content-length', Buffer.byteLength(html))
    response.setHeader(
      'location',
      ['/sign-in', '//evil.example', 'https://example.com/'][Number(request.headers['x-which'] ?? 0)] ?? '',
    )
    response.setHeader('refresh', '0;url=/sign-in')
    response.setHeader('link', '</_next/static/f.woff2>; rel=preload, </icon.svg>; rel=icon')
    const bytes = Buffer.from(html)
    // Middleware that compresses sends the head by itself, before the first bytes.
    if (request.url === '/head-first') response.writeHead(200)
    response.write(bytes.subarray(0, 16))
    await turn()
    response.end(bytes.subarray(16))
  }),
)
let url: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  fs.rmSync(folder, { recursive: true })
})

const get = async (target: string, basePath: string | null, headers: Record<string, string> = {}) => {
  const prefix = basePath === null ? {} : { 'x-forwarded-prefix': basePath }
  const answer = await fetch(`${url}${target}`, { redirect: 'manual', headers: { ...prefix, ...headers } })
  return { headers: answer.headers, text: await answer.text() }
}

describe('belowBasePath', () => {
  it('completes paths of files, redirects and links, for each request by itself', async () => {
    const [one, other] = await Promise.all([get('/o/main', '/iot'), get('/o/main', '/a/b-c')])
    expect(one.text).toBe(html.replace('/_next', '/iot/_next').replace('/icon', '/iot/icon'))
    expect(other.text).toContain('"/a/b-c/_next/static/a.js"')
    expect([one, other].map(({ headers }) => headers.get('x-base-path'))).toEqual(['/iot', '/a/b-c'])
    expect((await get('/head-first', '/iot')).text).toBe(one.text)
    expect(one.headers.get('location')).toBe('/iot/sign-in')
    expect(one.headers.get('refresh')).toBe('0;url=/iot/sign-in')
    expect(one.headers.get('link')).toBe(
      '</iot/_next/static/f.woff2>; rel=preload, </iot/icon.svg>; rel=icon',
    )
    for (const [which, location] of [
      ['1', '//evil.example'],
      ['2', 'https://example.com/'],
    ] as const)
      expect((await get('/', '/iot', { 'x-which': which })).headers.get('location')).toBe(location)
  })

  it('leaves answers as they are without a base path, or with one that cannot be', async () => {
    for (const basePath of [null, '/', '/iot/', '/"onload=x', '/../x', 'iot']) {
      const { text, headers } = await get('/o/main', basePath)
      expect([basePath, text, headers.get('location')]).toEqual([basePath, html, '/sign-in'])
      expect(headers.get('x-base-path')).toBe('undefined')
    }
  })

  it('has files compressed that name no others', async () => {
    const encoding = { 'accept-encoding': 'br' }
    expect((await get('/_next/static/page.js', '/iot', encoding)).headers.get('x-asked')).toBe('br')
    expect((await get('/_next/static/loader.js', '/iot', encoding)).headers.get('x-asked')).toBe('')
    expect((await get('/_next/static/loader.js', '/iot', encoding)).text).toContain('"/iot/_next/')
    expect((await get('/o/main', '/iot', encoding)).headers.get('x-asked')).toBe('')
  })
})

it('completes a path wherever a text is cut', () => {
  const whole = html.replace('/_next', '/iot/_next').replace('/icon', '/iot/icon')
  const bytes = Buffer.from(html)
  for (let at = 0; at <= bytes.length; at += 1) {
    const complete = pathCompleter('/iot')
    const pieces = [complete(bytes.subarray(0, at), false), complete(bytes.subarray(at), true)]
    expect(Buffer.concat(pieces).toString()).toBe(whole)
  }
})

describe('the modules of Next.js that have a base path', () => {
  const load = createRequire(import.meta.url)
  const rewrite: (this: { resourcePath: string }, source: string) => string = load('./base-path-loader.cjs')
  const client = path.join(path.dirname(load.resolve('next/package.json')), 'dist/client')

  it.each(['add', 'has', 'remove'])('%s-base-path.js reads it when it is used', (name) => {
    const file = path.join(client, `${name}-base-path.js`)
    const source = rewrite.call({ resourcePath: file }, fs.readFileSync(file, 'utf8'))
    expect(source).not.toContain('__NEXT_ROUTER_BASEPATH')
    expect(source).toMatch(/readBasePath\(\)/)
  })

  it('are those three alone, in what pages load', () => {
    const others = fs
      .readdirSync(client, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.js'))
      .filter((file) => fs.readFileSync(path.join(client, file), 'utf8').includes('__NEXT_ROUTER_BASEPATH'))
    expect(others.sort()).toEqual([
      'add-base-path.js',
      // In development.
      'app-find-source-map-url.js',
      // For domains of languages.
      'get-domain-locale.js',
      'has-base-path.js',
      'remove-base-path.js',
    ])
  })

  it('refuses one that has it in another way', () => {
    expect(() => rewrite.call({ resourcePath: 'x.js' }, 'export const basePath = 1')).toThrow('x.js')
  })
})
