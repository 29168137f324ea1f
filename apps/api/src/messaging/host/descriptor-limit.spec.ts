import { afterEach, expect, it } from 'vitest'
import { withinDescriptors } from './descriptor-limit.js'

const lines: string[] = []
afterEach(() => lines.splice(0))
const logger = { warn: (line: string) => lines.push(line) }

it('leaves the limits as they are where there are descriptors enough', () => {
  const config = { mqttLimits: { maxInflight: 20 }, limits: new Map() }
  expect(withinDescriptors(config, logger, 1_048_576)).toBe(config.mqttLimits)
  expect(withinDescriptors(config, logger, Number.POSITIVE_INFINITY)).toBe(config.mqttLimits)
  expect(lines).toEqual([])
})

it('lowers the connections where there are few, says so, and leaves some to HTTP', () => {
  const config = { mqttLimits: { maxInflight: 20 }, limits: new Map() }
  const given = withinDescriptors(config, logger, 1_024)
  expect(given).toEqual({ maxInflight: 20, maxConnections: 384, maxUnauthenticatedConnections: 128 })
  expect(lines.splice(0)).toEqual([
    expect.stringMatching(/^maxConnections is 512 instead of 50000, .* 1024 /),
  ])
  const few = { ...config, limits: new Map([['http.connections', 64]]) }
  expect(withinDescriptors(few, logger, 1_024)).toMatchObject({ maxConnections: 528 })
})

// On other systems there may be no limit.
it.skipIf(process.platform !== 'linux')('asks the system', () => {
  const maxConnections = Number.MAX_SAFE_INTEGER
  const given = withinDescriptors({ mqttLimits: { maxConnections }, limits: new Map() }, logger)
  expect(given.maxConnections).toBeLessThan(maxConnections)
  expect(lines.splice(0)).toEqual([expect.stringContaining('ulimit -n')])
})
