import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Gauge, Registry } from 'prom-client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { renderedMetrics } from './rendered-metrics.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

function registryWith(collect: () => void): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Counter({ name: 'messages_total', help: 'Messages', labelNames: ['kind'], registers }).inc({
    kind: 'a',
  })
  new Gauge({ name: 'waiting', help: 'Waiting', registers, collect })
  return registry
}

it('renders what the registry does', async () => {
  const registry = registryWith(() => {})
  expect(await renderedMetrics(registry)()).toBe(await registry.metrics())
})

it('renders once for all who ask during a rendering and the pause after one', async () => {
  let renderings = 0
  const render = renderedMetrics(
    registryWith(() => {
      renderings += 1
      vi.advanceTimersByTime(30)
    }),
  )
  await render()
  const asked = Promise.all([render(), render()])
  await sleep(50)
  expect(renderings).toBe(1)
  const late = render()
  await asked
  await late
  expect(renderings).toBe(2)
})
