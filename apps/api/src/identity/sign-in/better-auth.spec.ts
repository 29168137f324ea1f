import { hash, verify } from '@node-rs/argon2'
import { beforeEach, expect, it, vi } from 'vitest'
import type { PrismaClient } from '../../foundation/database/generated/client.js'
import { createBetterAuth, hashPassword } from './better-auth.js'
import { passkeyHost } from './second-factor-plugins.js'

vi.mock('@node-rs/argon2', { spy: true })

const email = 'ada@example.com'
const at = new Date()
const user = { id: 'u1', email, name: 'Ada', emailVerified: false, createdAt: at, updatedAt: at }
const account = {
  id: 'a1',
  accountId: 'u1',
  providerId: 'credential',
  userId: 'u1',
  createdAt: at,
  updatedAt: at,
}

/** A database with one person, who has a password or, when it is null, none. */
function authWith(password: string | null) {
  const found = (query: object) =>
    JSON.stringify(query).includes(email) || JSON.stringify(query).includes('u1')
  const table = (row: object) => ({
    findFirst: async (query: object) => (found(query) ? row : null),
    findMany: async (query: object) => (found(query) ? [row] : []),
  })
  const prisma = { user: table(user), account: table({ ...account, password }) } as unknown as PrismaClient
  const baseUrl = 'http://127.0.0.1:3000'
  const nothing = async () => {}
  return createBetterAuth({
    prisma,
    baseUrl,
    cookies: { prefix: '', path: '/', secure: false },
    secrets: [{ version: 1, value: 'x'.repeat(64) }],
    passkeyHost: passkeyHost(null, 3_000),
    openIdConnect: { config: null, check: () => undefined, beforeSession: nothing },
    log: () => {},
    assertRoomForPasskey: nothing,
    onProviderConnected: nothing,
    onSessionBegun: nothing,
    onSessionEnded: nothing,
  })
}

/** The status of a sign-in, and how often argon2id ran, with which memory and passes. */
async function workOf(auth: ReturnType<typeof authWith>, address: string) {
  vi.mocked(hash).mockClear()
  vi.mocked(verify).mockClear()
  const answer = await auth.handler(
    new Request('http://127.0.0.1:3000/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://127.0.0.1:3000' },
      body: JSON.stringify({ email: address, password: 'a wrong password' }),
    }),
  )
  const hashed = vi.mocked(hash).mock.calls.map(([, options]) => [options?.memoryCost, options?.timeCost])
  const verified = vi.mocked(verify).mock.calls.map(([stored]) => costOf(String(stored)))
  return { status: answer.status, runs: [...hashed, ...verified] }
}

function costOf(stored: string): number[] {
  return (/m=(\d+),t=(\d+)/.exec(stored) ?? []).slice(1).map(Number)
}

let stored: string
beforeEach(async () => {
  stored = await hashPassword('correct horse battery')
})

it('a wrong password takes the same work for an account that exists, that has no password, and that does not exist', async () => {
  const known = await workOf(authWith(stored), email)
  expect(known).toEqual({ status: 401, runs: [[19_456, 2]] })
  expect(await workOf(authWith(stored), 'nobody@example.com')).toEqual(known)
  expect(await workOf(authWith(null), email)).toEqual(known)
})
