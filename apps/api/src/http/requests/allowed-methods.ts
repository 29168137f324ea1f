import type { FastifyInstance } from 'fastify'
import { sendWrongMethod } from '../front-door/plain-responses.js'

/**
 * Answers a request for a path that has routes, but none of its method, with 405 and `Allow` (RFC 9110, 15.5.6), before
 * its body is read. Routes that are added from now on are known; other paths stay 404.
 */
export function answerWrongMethods(fastify: FastifyInstance): void {
  const routes = new RouteMethods()
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()))
  fastify.addHook('onRequest', (request, reply, done) => {
    const allowed = request.is404 ? routes.at(request.url.split('?', 1)[0] ?? '') : []
    if (allowed.length === 0) return done()
    reply.hijack()
    sendWrongMethod(reply.raw, allowed)
  })
}

/** The methods of all routes, by the pattern of their path, such as `/devices/:device`. */
export class RouteMethods {
  private readonly routes = new Map<string, { pattern: RegExp; methods: Set<string> }>()

  add(path: string, methods: readonly string[]): void {
    const route = this.routes.get(path) ?? { pattern: patternOf(path), methods: new Set() }
    this.routes.set(path, route)
    for (const method of methods) route.methods.add(method)
  }

  /** The methods of the routes that match a path; none when no route does. Whatever can be got has its head, too. */
  at(path: string): string[] {
    const found = new Set<string>()
    for (const { pattern, methods } of this.routes.values())
      if (pattern.test(path)) for (const method of methods) found.add(method)
    if (found.has('GET')) found.add('HEAD')
    return [...found].sort()
  }
}

/** As the router matches: a parameter is one level, `*` is all that follows, and a slash at the end means nothing. */
function patternOf(path: string): RegExp {
  const levels = path.split('/').map((level) => {
    if (level.startsWith(':')) return '[^/]+'
    return level === '*' ? '.*' : level.replace(/[^\w-]/g, '\\$&')
  })
  return new RegExp(`^${levels.join('/').replace(/\/$/, '')}/?$`)
}
