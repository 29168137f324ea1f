import { expect, it } from 'vitest'
import { MqttRefusalLog } from './mqtt-refusal-log.js'

function logWith() {
  const lines: string[] = []
  return { lines, log: new MqttRefusalLog({ warn: (line: string) => lines.push(line) }) }
}

const remoteAddress = '192.0.2.1'

it('says what was refused, to whom, and what to do', () => {
  const { lines, log } = logWith()
  const detail = 'MQTT 5 is not supported; use MQTT 3.1.1'
  const who = { clientId: 'pump-7', username: 'credential', remoteAddress }
  log.note({ stage: 'connect', reason: 'unsupported_protocol', detail, ...who })
  log.note({ stage: 'connect', reason: 'timeout', remoteAddress })
  log.note({ stage: 'publish', reason: 'not_authorized', topic: 'x', remoteAddress })
  log.note({ stage: 'subscribe', reason: 'not_authorized', topic: 'x', remoteAddress })
  log.note({ stage: 'subscribe', reason: 'quota', detail: 'too many', clientId: 'pump-7', remoteAddress })
  log.note({ stage: 'publish', reason: 'too_large', detail: 'packet of more than 9 bytes', ...who })
  expect(lines).toEqual([
    `an MQTT connection was refused: unsupported_protocol (${detail}), client id "pump-7", user name "credential", from 192.0.2.1`,
    'an MQTT connection was refused: timeout, from 192.0.2.1',
    'an MQTT subscription was refused: quota (too many), client id "pump-7", from 192.0.2.1',
    'an MQTT client exceeded a limit: too_large (packet of more than 9 bytes), client id "pump-7", user name "credential", from 192.0.2.1',
  ])
})

it('writes one line in ten seconds for a reason, and counts the others', () => {
  const { lines, log } = logWith()
  for (let nowMs = 0; nowMs <= 10_000; nowMs += 100)
    log.note({ stage: 'connect', reason: 'bad_credentials', remoteAddress }, nowMs)
  const line = 'an MQTT connection was refused: bad_credentials, from 192.0.2.1'
  expect(lines).toEqual([line, `${line}; 99 others since the last such line`])
})

it('shortens what a client may have made long', () => {
  const { lines, log } = logWith()
  log.note({ stage: 'connect', reason: 'malformed', clientId: 'x'.repeat(10_000), remoteAddress })
  expect(lines[0]).toContain(`client id "${'x'.repeat(64)}…", from`)
})
