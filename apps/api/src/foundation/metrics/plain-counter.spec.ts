import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { PlainCounter } from './plain-counter.js'

it('counts by its label, and the same however often it is read', async () => {
  const registry = new Registry()
  const counter = new PlainCounter<'a' | 'b'>({
    ...{ name: 'messages_total', help: 'Messages', labelName: 'kind' },
    registers: [registry],
  })
  counter.inc('a')
  counter.inc('a', 2)
  counter.inc('b')
  await registry.metrics()
  const lines = (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'))
  expect(lines.filter(Boolean)).toEqual(['messages_total{kind="a"} 3', 'messages_total{kind="b"} 1'])
})
