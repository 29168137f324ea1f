import { randomBytes } from 'node:crypto'
import type { ApiKeyRole } from '@heliograph/protocol'
import { type Administrator, createOrganization, signIn } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import type { Platform } from '../../support/platform.js'

export interface Answer {
  status: number
  body: Record<string, unknown>
  headers: Headers
}

/** Sends a request and reads the answer, of any content type. */
export async function ask(
  client: HttpClient,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Answer> {
  const response = await client.request(method, path, body, headers)
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: isJson ? JSON.parse(text) : { text }, headers: response.headers }
}

/** What a browser sends back after an answer: its cookies, less those that end. */
export const cookiesOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0] ?? '')
    .filter((cookie) => !cookie.endsWith('='))
    .join('; ')

/** A script with an API key of the administrator's organization. */
export async function apiKey(
  platform: Platform,
  administrator: HttpClient,
  role: ApiKeyRole = 'admin',
): Promise<HttpClient & { id: string; key: string }> {
  const { id, key } = await administrator.send<{ id: string; key: string }>('POST', '/api/v1/api-keys', {
    name: `a ${role}`,
    role,
  })
  return { ...createClient(platform.url, { authorization: `Bearer ${key}` }), id, key }
}

/** A script of another organization on the same platform. */
export async function scriptOfOtherOrganization(
  platform: Platform,
  administrator: Administrator,
): Promise<HttpClient> {
  return apiKey(platform, await createOrganization(administrator))
}

/** A signed-in person who never was in an organization. No route makes one, so the rows are inserted. */
export async function personWithoutOrganization(
  platform: Platform,
  administrator: Administrator,
): Promise<HttpClient & { email: string }> {
  const id = randomBytes(12).toString('hex')
  const email = `${id}@example.com`
  await platform.pool.query(
    `INSERT INTO "user" (id, name, email, updated_at) VALUES ($1, 'Olga Outsider', $2, now())`,
    [id, email],
  )
  await platform.pool.query(
    `INSERT INTO account (id, account_id, provider_id, user_id, password, updated_at)
     SELECT $1, $1, 'credential', $1, a.password, now()
     FROM account a JOIN "user" u ON u.id = a.user_id WHERE u.email = $2`,
    [id, administrator.email],
  )
  return { ...(await signIn(platform, email, administrator.password)), email }
}
