import { expect, it } from 'vitest'
import { TelemetryStore } from '../telemetry/telemetry-store'
import { earlierMessages } from './earlier-messages'

it('puts the values of one time together again, and counts the times', () => {
  const store = new TelemetryStore()
  const stored = (key: string, ts: number, value: number | string | boolean | number[]) => ({
    key,
    ts,
    value,
  })
  store.addStored(
    [
      stored('open', 1_000, true),
      stored('temperature', 1_000, 21.5),
      stored('temperature', 2_000.25, 52.520_008),
      stored('mode', 3_000, 'filling'),
      stored('list', 3_000, [1, 2]),
      stored('temperature', 4_000, 23),
    ],
    5_000,
  )
  expect(earlierMessages(store, { before: 4_000, atMost: 2 })).toEqual({
    messages: [
      { ts: 3_000, text: '{"list":[1,2],"mode":"filling"}' },
      { ts: 2_000.25, text: '{"temperature":52.520008}' },
    ],
    total: 3,
    before: 4_000,
  })
  expect(earlierMessages(store, { before: 1_001, atMost: 9 }).messages).toEqual([
    { ts: 1_000, text: '{"open":true,"temperature":21.5}' },
  ])
})
