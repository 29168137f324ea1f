import { hash, verify } from '@node-rs/argon2'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { bearer } from 'better-auth/plugins/bearer'
import type { PrismaClient } from '../../foundation/database/generated/client.js'

/** Header by which the front door tells better-auth the true client address; strangers cannot send it. */
export const clientAddressHeader = 'x-heliograph-client-address'

interface AuthOptions {
  prisma: PrismaClient
  baseUrl: string
  secret: string
  log: (level: 'error' | 'warn', message: string) => void
  onSessionEnded: (session: { id: string; userId: string }) => Promise<void>
}

/** better-auth as we use it: e-mail and password, cookie or bearer, no public sign-up. */
export function createAuth({ prisma, baseUrl, secret, log, onSessionEnded }: AuthOptions) {
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
    // A bare session token, as it stands in the database, is not enough: it has to be signed.
    plugins: [bearer({ requireSignature: true })],
    advanced: {
      cookiePrefix: 'heliograph',
      useSecureCookies: baseUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    // Sign-in has limits of its own, by address and by account; these are for the rest.
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      customRules: {
        '/sign-in/email': false,
        '/get-session': false,
        '/sign-out': false,
        '/change-password': { window: 300, max: 10 },
      },
    },
    databaseHooks: { session: { delete: { after: (session) => onSessionEnded(session) } } },
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => {
        if (level === 'error' || level === 'warn') log(level, message)
      },
    },
  })
}

export type Auth = ReturnType<typeof createAuth>

/** argon2id with the parameters of OWASP's password storage cheat sheet (19 MiB, 2 passes); it is the library's default kind. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}
