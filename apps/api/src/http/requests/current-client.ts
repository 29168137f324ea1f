import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { type Client, clientOf } from '../front-door/client.js'

/** Who is at the other end of the connection, and how they addressed us. */
export const CurrentClient = createParamDecorator((_: unknown, context: ExecutionContext): Client => {
  return clientOf(context.switchToHttp().getRequest<FastifyRequest>().raw)
})
