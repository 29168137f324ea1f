import type { FastifyRequest } from 'fastify'

const texts = new WeakMap<FastifyRequest, string>()

/** Keeps the JSON text of a request, before it is parsed. */
export function recordJsonText(request: FastifyRequest, text: string): void {
  texts.set(request, text)
}

/** The JSON text of a request as it was sent: parsing rounds large integers. */
export function jsonTextOf(request: FastifyRequest): string {
  return texts.get(request) ?? ''
}
