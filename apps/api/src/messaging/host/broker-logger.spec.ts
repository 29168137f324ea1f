import { expect, it } from 'vitest'
import { brokerLogger } from './broker-logger.js'

it('writes one short line about many messages that are not retained', () => {
  const lines: unknown[] = []
  const ignore = () => {}
  const logger = { debug: ignore, log: ignore, error: ignore, warn: (line: unknown) => void lines.push(line) }
  const { warn } = brokerLogger(logger)
  for (let number = 0; number < 100; number += 1) {
    warn({ topic: `acme/apps/${number}/${'x'.repeat(10_000)}` }, 'the limit of retained messages is reached')
  }
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^the limit of retained messages is reached \(\{"topic":"acme\/apps\/0\/x+\)$/)
  expect(String(lines[0]).length).toBeLessThan(300)
})
