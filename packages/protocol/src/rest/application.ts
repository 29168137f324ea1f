import { z } from 'zod'
import { ApiKeyMaker } from './api-key.js'
import { Name, page, Timestamp } from './common.js'

/** How many filters of each kind an application may have, and origins. */
export const mostApplicationFilters = 50

const Filters = z
  .array(z.string().min(1, 'must not be empty').max(512, 'must be at most 512 characters long'))
  .max(mostApplicationFilters, `must be at most ${mostApplicationFilters}`)

const Subscribe = Filters.meta({
  description: 'Topic filters inside the organization: it may subscribe to these, and to what they contain',
})
const Publish = Filters.meta({
  description:
    'Topic filters below `{org}/apps/`, or of command requests, `{org}/devices/{device}/commands/+/request`',
})

/** The origin of a web page, as browsers send it: scheme, host, and port where it is not the usual one. */
const Origin = z
  .string()
  .max(300)
  .refine(isOrigin, 'must be an origin, as in https://example.com or http://localhost:8080')

const Origins = z
  .array(Origin)
  .max(mostApplicationFilters, `must be at most ${mostApplicationFilters}`)
  .nullable()
  .meta({
    description:
      'The origins whose web pages may connect over WebSocket; null: any; empty: none. A client that names no origin is no web page, and may always connect.',
  })

export const CreateApplication = z
  .strictObject({
    name: Name,
    subscribe: Subscribe.default([]),
    publish: Publish.default([]),
    origins: Origins.default(null),
  })
  .meta({ id: 'CreateApplication' })
export type CreateApplication = z.infer<typeof CreateApplication>

export const UpdateApplication = z
  .strictObject({
    name: Name.optional(),
    subscribe: Subscribe.optional(),
    publish: Publish.optional(),
    origins: Origins.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'expected a setting at least')
  .meta({ id: 'UpdateApplication' })
export type UpdateApplication = z.infer<typeof UpdateApplication>

export const Application = z
  .object({
    id: z.string(),
    name: z.string(),
    subscribe: Subscribe,
    publish: Publish,
    origins: Origins,
    hint: z.string().meta({ description: 'The last four characters of the password' }),
    createdAt: Timestamp,
    createdBy: ApiKeyMaker.nullable().meta({ description: 'null when its maker does not exist any more' }),
    rotatedAt: Timestamp.nullable(),
    previousSecretExpiresAt: Timestamp.nullable().meta({
      description: 'When the password before the last rotation stops working',
    }),
    connections: z.int().min(0).meta({ description: 'How many connections it has now' }),
    lastConnectedAt: Timestamp.nullable(),
    lastAddress: z.string().nullable().meta({ description: 'From where it connected last' }),
  })
  .meta({ id: 'Application', description: 'A client of MQTT that is no device' })
export type Application = z.infer<typeof Application>

export const ApplicationPage = page(Application).meta({ id: 'ApplicationPage' })
export type ApplicationPage = z.infer<typeof ApplicationPage>

/** An application with all that it needs to connect. The password is returned once. */
export const IssuedApplication = Application.extend({
  clientId: z.string().meta({
    description:
      'A client id that is free; any other will do as well, and each connection has one of its own',
  }),
  username: z.string(),
  password: z.string().meta({ description: 'Returned here and never again' }),
  urls: z.object({
    ws: z.string(),
    tcp: z.string().nullable().meta({ description: 'null when MQTT over TCP is off' }),
  }),
}).meta({ id: 'IssuedApplication' })
export type IssuedApplication = z.infer<typeof IssuedApplication>

function isOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false
  return new URL(text).origin === text
}
