import { z } from 'zod'
import { Timestamp } from './common.js'

const Filters = z.array(z.string().min(1).max(1_024)).max(64)

export const CreateMqttToken = z
  .strictObject({
    subscribe: Filters.optional().meta({
      description:
        'Topic filters that the token may subscribe to; all topics of the organization when absent. A caller with a tag limit names one device in each, gets those of devices that it sees, and those of all of them when absent',
    }),
    publish: Filters.optional().meta({
      description: 'Topic filters that the token may publish to, below {org}/apps/; none when absent',
    }),
    clientId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'use 1 to 64 of A-Z, a-z, 0-9, _ and -')
      .optional()
      .meta({
        description: 'The client id of a live connection of the same caller, whose access is then extended',
      }),
  })
  .meta({ id: 'CreateMqttToken' })
export type CreateMqttToken = z.infer<typeof CreateMqttToken>

export const MqttToken = z
  .object({
    url: z.string(),
    clientId: z.string(),
    username: z.string(),
    password: z.string(),
    expiresAt: Timestamp,
  })
  .meta({ id: 'MqttToken' })
export type MqttToken = z.infer<typeof MqttToken>
