import { describe, expect, it } from 'vitest'
import { buildFailure } from './build-failure.mjs'

const output = (...said: string[]) => [
  '@heliograph/broker:build: cache hit, suppressing logs',
  '@heliograph/web:build: cache miss, executing 0123',
  ...said.map((line) => `@heliograph/web:build: ${line}`),
  '@heliograph/web:build: npm error code 1',
  'Failed:    @heliograph/web#build',
]

describe('buildFailure', () => {
  it('names the workspace and shows what it said, and nothing of npm or the others', () => {
    expect(buildFailure(output('something is odd')).message).toBe(
      'The build of @heliograph/web failed:\n  something is odd\n  If you changed nothing, remove node_modules and .turbo and start again.',
    )
  })

  it.each([
    ["ENOSPC: no space left on device, write '.next/trace'", 'The disk is full'],
    [
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      'memory did not suffice',
    ],
    ['Next.js build worker exited with code: null and signal: SIGKILL', 'memory did not suffice'],
    ["EACCES: permission denied, unlink '.next/build'", 'belongs to another user'],
    ["src/main.ts(3,7): error TS2322: Type 'string' is not assignable", 'does not compile'],
    ["Cannot find module 'next/dist/bin/next'", 'A dependency is missing'],
    ['getaddrinfo EAI_AGAIN fonts.googleapis.com', 'the network'],
  ])('says why and what to do: %s', (line, advice) => {
    const lines = buildFailure(output(line)).message.split('\n')
    expect(lines).toContain(`  ${line}`)
    expect(lines.at(-1)).toContain(advice)
  })
})
