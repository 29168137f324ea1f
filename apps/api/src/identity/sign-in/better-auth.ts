import { hash, verify } from '@node-rs/argon2'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { bearer } from 'better-auth/plugins/bearer'
import type { PrismaClient } from '../../foundation/database/generated/client.js'

/** The header with the client's address for better-auth. Clients cannot set it, as only known headers are passed on. */
export const clientAddressHeader = 'x-heliograph-client-address'

interface Options {
  prisma: PrismaClient
  baseUrl: string
  secret: string
  log: (level: 'error' | 'warn', message: string) => void
  onSessionBegun: (session: { userId: string }) => Promise<void>
  onSessionEnded: (session: { id: string; userId: string }) => Promise<void>
}

/** Configures better-auth: e-mail and password, cookie or bearer token, no public sign-up. */
export function createBetterAuth({ prisma, baseUrl, secret, log, ...on }: Options) {
  return betterAuth({
    appName: 'Heliograph',
    baseURL: baseUrl,
    basePath: '/api/auth',
    secret,
    database: prismaAdapter(prisma, { provider: 'postgresql' }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 10,
      maxPasswordLength: 128,
      password: {
        hash: hashPassword,
        verify: ({ hash: stored, password }) => verify(stored, password),
      },
    },
    // A session token must be signed: the bare token, as it is in the database, is not accepted.
    plugins: [bearer({ requireSignature: true })],
    advanced: {
      cookiePrefix: 'heliograph',
      useSecureCookies: baseUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    // Sign-in has limits of its own, by address and by account (sign-in-limits.ts); these are for the other calls.
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      customRules: {
        '/sign-in/email': false,
        '/sign-out': false,
        '/change-password': { window: 300, max: 10 },
      },
    },
    databaseHooks: {
      session: {
        create: { after: (session) => on.onSessionBegun(session) },
        delete: { after: (session) => on.onSessionEnded(session) },
      },
    },
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => {
        if (level === 'error' || level === 'warn') log(level, message)
      },
    },
  })
}

export type BetterAuth = ReturnType<typeof createBetterAuth>

/** Hashes by argon2id, the library's default, with OWASP's parameters for password storage (19 MiB, 2 passes). */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}
