import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { ask } from './callers.js'

let platform: Platform
let anonymous: HttpClient
beforeAll(async () => {
  platform = await startPlatform()
  anonymous = createClient(platform.url)
})
afterAll(() => platform?.stop())

it('the OpenAPI document is valid 3.1', async () => {
  const { body } = await ask(anonymous, 'GET', '/api/openapi.json')
  const validator = new Validator()
  expect(await validator.validate(body)).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

it('the documents and the files of their page are sent once to a client that keeps them', async () => {
  for (const path of ['openapi.json', 'asyncapi.json', 'docs', 'docs/swagger-ui-bundle.js']) {
    const address = `${platform.url}/api/${path}`
    const first = await fetch(address)
    const etag = first.headers.get('etag') ?? ''
    expect((await first.text()).length).toBeGreaterThan(500)
    const again = await fetch(address, { headers: { 'if-none-match': `"other", W/${etag}` } })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    expect((await fetch(address, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  }
})

it('the OpenAPI document has the answers and problems of each route', async () => {
  const { body } = await ask(anonymous, 'GET', '/api/openapi.json')
  type Operation = {
    summary?: string
    operationId?: string
    responses: Record<string, { content?: Record<string, unknown> }>
  }
  const operations = Object.values(body.paths as Record<string, Record<string, Operation>>).flatMap(
    Object.values,
  )
  for (const { operationId, summary, responses } of operations as Operation[]) {
    expect(summary, operationId).toBeTruthy()
    const success = Object.entries(responses).filter(([status]) => status.startsWith('2'))
    expect(success.length, operationId).toBe(1)
    for (const [status, { content }] of success)
      if (status !== '204') expect(content, operationId).toBeDefined()
    for (const [status, { content }] of Object.entries(responses)) {
      if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
    }
  }
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
})

it('a method that a path does not have is answered with 405 and those that it has', async () => {
  const { body } = await ask(anonymous, 'GET', '/api/openapi.json')
  const paths = Object.entries(body.paths as Record<string, Record<string, unknown>>)
  expect(paths.length).toBeGreaterThan(10)
  const undocumented = [
    '/healthz',
    '/readyz',
    '/metrics',
    '/api/openapi.json',
    '/api/asyncapi.json',
    '/api/docs',
  ]
  const all = [...paths, ...undocumented.map((path) => [path, { get: {} }] as const)]
  for (const [path] of all) {
    const address = path.replaceAll(/\{\w+\}/g, 'AA:BB')
    // A path may also be one with a parameter: `…/accept` has the methods of `…/{id}` too.
    const operations = all.filter(([other]) =>
      new RegExp(`^${other.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(address),
    )
    const documented = operations.flatMap(([, methods]) =>
      Object.keys(methods).map((method) => method.toUpperCase()),
    )
    const has = new Set(documented.includes('GET') ? [...documented, 'HEAD'] : documented)
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      if (has.has(method)) continue
      for (const url of [address, `${address}/`, `${address}?a=1`]) {
        const answer = await anonymous.request(method, url, undefined, { 'content-type': 'text/x' })
        expect([method, url, answer.status]).toEqual([method, url, 405])
        expect(answer.headers.get('allow')?.split(', ')).toEqual([...has].sort())
        if (method === 'HEAD') continue
        expect(answer.headers.get('content-type')).toContain('application/problem+json')
        expect(await answer.json()).toMatchObject({ status: 405, code: 'method_not_allowed' })
      }
    }
  }
})

it('a path that has no route is 404 by every method, and what can be got has a head', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
    expect(await ask(anonymous, method, '/api/v1/nothing')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
  for (const path of ['/healthz', '/api/v1/setup', '/api/docs'])
    expect((await anonymous.request('HEAD', path)).status).toBe(200)
})

it.each([
  ['GET', '/api/auth/sign-in/email', 'POST'],
  ['DELETE', '/api/auth/sign-out/?a=/', 'POST'],
  ['TRACE', '/o/acme', 'GET, HEAD'],
  ['POST', '/', 'GET, HEAD'],
  ['PUT', '/o/acme/devices', 'GET, HEAD'],
])('%s %s is answered with 405 and Allow: %s', async (method, path, allow) => {
  // fetch sends no TRACE.
  const request = http.request(new URL(path, platform.url), { method })
  request.end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  expect([response.statusCode, response.headers.allow]).toEqual([405, allow])
})

it('a slash at the end of a path means the same resource, at sign-in too', async () => {
  expect((await anonymous.request('POST', '/api/auth/sign-out/', {})).status).toBe(200)
  expect((await anonymous.request('GET', '/api/docs/')).status).toBe(200)
})

it('the printed OpenAPI document equals the served one, and needs no database', async () => {
  const { status, stdout } = spawnSync(process.execPath, [inProject('apps/api/dist/openapi.js')], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toEqual((await ask(anonymous, 'GET', '/api/openapi.json')).body)
})

it('AsyncAPI is served', async () => {
  const { body } = await ask(anonymous, 'GET', '/api/asyncapi.json')
  expect(body).toMatchObject({ asyncapi: '3.0.0' })
})

it('the readable page loads nothing from other servers', async () => {
  const page = await ask(anonymous, 'GET', '/api/docs')
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).not.toMatch(/https?:/)
  const sources = [...String(page.body.text).matchAll(/(?:src|href)="([^"]+)"/g)]
    .map(([, source]) => source ?? '')
    .filter((source) => source !== '/')
  expect(sources.length).toBeGreaterThan(3)
  for (const source of sources.filter((source) => !source.startsWith('data:'))) {
    expect(source).toMatch(/^\/api\//)
    expect((await anonymous.request('GET', source)).status).toBe(200)
  }
})

it('health, readiness and metrics are served', async () => {
  expect(await ask(anonymous, 'GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  expect(await ask(anonymous, 'GET', '/readyz')).toMatchObject({
    status: 200,
    body: { ready: true, checks: { database: { ok: true }, broker: { ok: true }, web: { ok: true } } },
  })
  const { body } = await ask(anonymous, 'GET', '/metrics')
  expect(body.text).toContain('process_cpu_user_seconds_total')
})

it('answers of the api carry security headers and a request id', async () => {
  const { headers } = await ask(anonymous, 'GET', '/api/v1/setup')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(headers.get('cache-control')).toBe('no-store')
})

it('a body that is too large, and one that is not JSON, are refused', async () => {
  const large = await ask(anonymous, 'POST', '/api/v1/setup', { name: 'x'.repeat(2_000_000) })
  expect(large).toMatchObject({ status: 413, body: { code: 'too_large' } })
  const form = await fetch(new URL('/api/v1/setup', platform.url), {
    method: 'POST',
    body: new URLSearchParams('a=1'),
  })
  expect(form.status).toBe(415)
})
