import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A file that is the same for everybody: held once, whoever asks for it, and known by its entity tag. */
export interface StaticFile {
  contentType: string
  body: Buffer
  etag: string
}

export function staticFile(contentType: string, body: Buffer | string): StaticFile {
  const bytes = Buffer.from(body)
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
  return { contentType, body: bytes, etag }
}

/** Sends a file, or 304 when the client has it already (RFC 9110, 13.1.2). */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, body, etag }: StaticFile,
  cacheControl: string,
): Promise<void> {
  reply.header('etag', etag).header('cache-control', cacheControl)
  if (listsTag(request.headers['if-none-match'] ?? '', etag)) await reply.status(304).send()
  else await reply.type(contentType).send(body)
}

function listsTag(field: string, etag: string): boolean {
  return field.split(',').some((item) => ['*', etag].includes(item.trim().replace(/^W\//, '')))
}
