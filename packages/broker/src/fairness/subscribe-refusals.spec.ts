import { expect, it } from 'vitest'
import { SubscribeRefusals } from './subscribe-refusals.js'

function reports() {
  const told: string[] = []
  const refusals = new SubscribeRefusals<null>(({ sessionId, reason, topic, count = 1 }) =>
    told.push(`${sessionId} ${reason} ${topic} ${count}`),
  )
  const refuse = (sessionId: string, topic: string, reason: 'quota' | 'not_authorized' = 'quota') =>
    refusals.add({ stage: 'subscribe', reason, remoteAddress: '', sessionId, topic })
  return { told, refusals, refuse }
}

it('reports few refusals of a session one by one, and the others together once a second', () => {
  const { told, refusals, refuse } = reports()
  for (let n = 0; n < 1_000; n++) refuse('flood', `f/${n}`)
  expect(told).toHaveLength(32)
  refuse('calm', 'c')
  refuse('flood', 'other', 'not_authorized')
  expect(told.slice(32)).toEqual(['calm quota c 1', 'flood not_authorized other 1'])
  refusals.sweep(500)
  expect(told).toHaveLength(34)
  refusals.sweep(500)
  expect(told.slice(34)).toEqual(['flood quota f/999 968'])
  refuse('flood', 'again')
  expect(told.at(-1)).toBe('flood quota again 1')
})
