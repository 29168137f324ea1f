import { z } from 'zod'
import { FleetCounts } from '../payloads/platform.js'
import { Timestamp } from './common.js'
import { FurtherRefusals, Refusal } from './refusal.js'

const Count = z.int().min(0)

export const TrafficPoint = z
  .object({ ts: z.int(), messagesPerSecond: z.number(), samplesPerSecond: z.number() })
  .meta({
    id: 'TrafficPoint',
    description: 'The mean of the five seconds that end at `ts` (epoch milliseconds)',
  })
export type TrafficPoint = z.infer<typeof TrafficPoint>

export const SlowConsumer = z
  .object({
    clientId: z.string(),
    device: z.string().nullable().meta({ description: 'null when the client is a page or a script' }),
    waitingMessages: Count.meta({
      description:
        'Messages in the outgoing queue now; messages already handed to the socket count as bytes only',
    }),
    waitingBytes: Count.meta({
      description:
        'Bytes that the client has not received yet, in the outgoing queue or handed to the socket; 0 when there are few',
    }),
    droppedMessages: Count,
    cutOffs: Count.meta({ description: 'How often its connection was ended for being slow' }),
    topic: z.string().nullable().meta({ description: 'The topic of the last message that was dropped' }),
    ts: Timestamp.meta({ description: 'When it last happened' }),
  })
  .meta({ id: 'SlowConsumer' })
export type SlowConsumer = z.infer<typeof SlowConsumer>

/** The counts of the `fleet` channel, with the lists behind these counts. */
export const Overview = z
  .object({
    fleet: FleetCounts.extend({
      messagesPerSecond: z.number().min(0).nullable(),
      samplesPerSecond: z.number().min(0).nullable(),
    }).meta({
      description:
        'With a tag limit, of the devices that the caller sees; rates and storage, which are not counted by device, are null',
    }),
    traffic: z.array(TrafficPoint).meta({ description: 'The last ten minutes, ascending' }),
    refusals: z
      .array(Refusal)
      .meta({ description: 'Refusals of the last hour, the newest first, at most 50' }),
    furtherRefusals: FurtherRefusals.meta({ description: 'The refusals of the last hour beyond that list' }),
    slowConsumers: z.array(SlowConsumer).meta({
      description:
        'Slow consumers of the last ten minutes, by waiting messages and then by dropped messages, descending',
    }),
  })
  .meta({ id: 'Overview' })
export type Overview = z.infer<typeof Overview>
