import { checkJsonBounds, type JsonBounds, PayloadError, parseJson, payloadText } from '@heliograph/protocol'
import { type FastifyAdapter, RouteConfig } from '@nestjs/platform-fastify'
import type { FastifyRequest } from 'fastify'
import {
  InvalidError,
  UnprocessableError,
  UnsupportedMediaError,
} from '../../foundation/errors/domain-errors.js'

/** For a route that reads the bytes of its body itself, of any content type or none. */
export const RawBody = () => RouteConfig({ [rawBody]: true })

const rawBody = 'rawBody'

/** The bytes of a request to a route with `RawBody`. */
export function rawBodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/** Reads bodies: JSON in UTF-8, which may be empty, or bytes for routes with `RawBody`. */
export function readBodies(adapter: FastifyAdapter, bounds: JsonBounds): void {
  const fastify = adapter.getInstance()
  const parse = fastify.getDefaultJsonParser('error', 'error')
  fastify.removeContentTypeParser(['application/json', 'text/plain'])
  fastify.addHook('onRequest', (request, _, done) => {
    // Without a content type, even one that is malformed, the parser for all others reads the body.
    if (takesRawBody(request)) delete request.raw.headers['content-type']
    done()
  })
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (takesRawBody(request)) done(null, body)
    else done(new UnsupportedMediaError('Send JSON: content-type: application/json.'))
  })
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = textOf(body as Buffer, bounds)
    if (text instanceof Error) done(text)
    // Many clients send `content-type: application/json` with every request.
    else if (text === '') done(null, undefined)
    else parse(request, text, (error, value) => done(error === null ? null : jsonErrorOf(text), value))
  })
}

function takesRawBody(request: FastifyRequest): boolean {
  return rawBody in request.routeOptions.config
}

function textOf(body: Buffer, bounds: JsonBounds): string | InvalidError | UnprocessableError {
  try {
    checkJsonBounds(body, bounds)
    return payloadText(body)
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error
    return error.malformed ? invalidBody(error.detail) : tooComplex(error.detail)
  }
}

function tooComplex(detail: string): UnprocessableError {
  return new UnprocessableError(`The body ${detail}.`, 'json_too_complex')
}

/** The parser refuses what is no JSON, and keys that would change the prototype of an object. */
function jsonErrorOf(text: string): InvalidError {
  try {
    parseJson(text)
    return invalidBody('must not have the key "__proto__", or "constructor" with a "prototype"')
  } catch (error) {
    if (error instanceof PayloadError) return invalidBody(error.detail)
    throw error
  }
}

function invalidBody(detail: string): InvalidError {
  return new InvalidError(`The body ${detail}.`, 'bad_request')
}
