import type { FastifyRequest } from 'fastify'

const texts = new WeakMap<FastifyRequest, string>()

/** Notes the JSON that a request brought, before it is parsed. */
export function noteJsonText(request: FastifyRequest, text: string): void {
  texts.set(request, text)
}

/** The JSON that a request brought, as it was sent: parsing rounds large integers. */
export function jsonTextOf(request: FastifyRequest): string {
  return texts.get(request) ?? ''
}
