import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { type Client, clientOf } from '../front-door/client.js'

/** The client of the request: its address, and the address by which it reached us. */
export const CurrentClient = createParamDecorator((_: unknown, context: ExecutionContext): Client => {
  return clientOf(context.switchToHttp().getRequest<FastifyRequest>().raw)
})
