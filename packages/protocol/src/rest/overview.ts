import { z } from 'zod'
import { FleetCounts } from '../payloads/platform.js'
import { Timestamp } from './common.js'

const Count = z.int().min(0)

export const TrafficPoint = z
  .object({ ts: z.int(), messagesPerSecond: z.number(), samplesPerSecond: z.number() })
  .meta({
    id: 'TrafficPoint',
    description: 'The mean of the five seconds that end at `ts` (epoch milliseconds)',
  })
export type TrafficPoint = z.infer<typeof TrafficPoint>

/** What is refused again and again is one item with a count. */
export const Refusal = z
  .object({
    code: z.string(),
    device: z.string().nullable(),
    topic: z.string().nullable(),
    detail: z.string().nullable(),
    count: Count,
    since: Timestamp,
    ts: Timestamp.meta({ description: 'The last time' }),
  })
  .meta({ id: 'Refusal' })
export type Refusal = z.infer<typeof Refusal>

export const SlowConsumer = z
  .object({
    clientId: z.string(),
    device: z.string().nullable().meta({ description: 'null: a page or a script' }),
    waitingMessages: Count.meta({
      description: 'Queued for it now; what is on its way already counts as bytes only',
    }),
    waitingBytes: Count.meta({ description: 'Not taken by it now, queued or on the way; 0 of little' }),
    droppedMessages: Count,
    cutOffs: Count.meta({ description: 'How often its connection was ended for it' }),
    topic: z.string().nullable().meta({ description: 'The last message that was dropped' }),
    ts: Timestamp.meta({ description: 'The last time' }),
  })
  .meta({ id: 'SlowConsumer' })
export type SlowConsumer = z.infer<typeof SlowConsumer>

/** The counts of the `fleet` channel, with the lists behind them. */
export const Overview = z
  .object({
    fleet: FleetCounts,
    traffic: z.array(TrafficPoint).meta({ description: 'The last ten minutes, ascending' }),
    refusals: z.array(Refusal).meta({ description: 'Of the last hour, the newest first; at most 50' }),
    slowConsumers: z
      .array(SlowConsumer)
      .meta({ description: 'Of the last ten minutes; for whom most waits first, then who lost most' }),
  })
  .meta({ id: 'Overview' })
export type Overview = z.infer<typeof Overview>
