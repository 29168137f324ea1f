import { describe, expect, it } from 'vitest'
import { applicationPublishProblem, applicationSubscribeProblem } from './application-filters.js'

describe('what an application may be granted to subscribe', () => {
  it.each([
    'acme/#',
    'acme/apps/chat/#',
    'acme/apps/+/ticks',
    'acme/fleet',
    'acme/devices/+/telemetry',
    'acme/devices/pump/#',
    'acme/devices/pump/commands/+/reply',
  ])('%s', (filter) => expect(applicationSubscribeProblem('acme', filter)).toBeNull())

  it.each([
    ['other/apps/#', 'reaches beyond acme/#'],
    ['#', 'reaches beyond acme/#'],
    ['+/devices/+/telemetry', 'reaches beyond acme/#'],
    ['$SYS/#', 'must not begin with $'],
    ['$share/g/acme/#', 'must not begin with $'],
    ['acme/apps#', '# must be the whole last level'],
    ['acme/pumps/#', 'matches the topics of no channel'],
    ['acme/devices/pump/telemetry/x', 'matches the topics of no channel'],
  ])('not %s', (filter, problem) => expect(applicationSubscribeProblem('acme', filter)).toBe(problem))
})

describe('what an application may be granted to publish', () => {
  it.each([
    'acme/apps/#',
    'acme/apps/chat/+/typing',
    'acme/devices/+/commands/+/request',
    'acme/devices/pump/commands/restart/request',
  ])('%s', (filter) => expect(applicationPublishProblem('acme', filter)).toBeNull())

  it.each([
    'acme/#',
    'acme/devices/#',
    'acme/devices/pump/telemetry',
    'acme/devices/pump/commands/#',
    'acme/devices/pump/commands/+/reply',
    'acme/devices/pump/state/desired',
    'acme/fleet',
    'other/apps/#',
    'acme/+/chat',
  ])('not %s', (filter) => expect(applicationPublishProblem('acme', filter)).toContain('reaches beyond'))
})
