import { packets311 } from '../../packages/broker/conformance/support/bytes-311.js'
import type { TestDevice } from '../integration/mqtt/support.js'
import type { Witness } from './witness.js'

/** What a text has to be for a misuse, so that it may be known again. */
interface Secret {
  name: string
  value: string
}

interface Surroundings {
  witness: Witness
  organization: string
  /** A device that is let in. */
  device: TestDevice
  /** The headers of a caller who is let in. */
  caller: Record<string, string>
}

/** Puts a secret where it does not belong, over REST: into queries, headers of another kind, and bodies. */
export async function misuseInRequests({ name, value }: Secret, around: Surroundings): Promise<void> {
  const { witness, caller, device } = around
  const call = (where: string, path: string, more: object = {}) =>
    witness.call({ where: `${name} ${where}`, path, ...more })
  const encoded = encodeURIComponent(value)
  await call('in a query', `/api/v1/devices?search=${encoded}&sort=${encoded}`, { headers: caller })
  await call('as a parameter', `/api/v1/devices?${encoded}=1`, { headers: caller })
  await call('as a cursor', `/api/v1/devices?cursor=${encoded}`, { headers: caller })
  await call('in a query of a stranger', `/api/v1/me?token=${encoded}&access_token=${encoded}`)

  const headers = [
    { authorization: `Bearer ${value}` },
    { authorization: `Basic ${btoa(`x:${value}`)}` },
    { authorization: `Basic ${btoa(`${value}:x`)}` },
    { authorization: value },
    { cookie: `heliograph.session_token=${encoded}; a=${encoded}` },
    { ...caller, 'heliograph-org': value },
    { 'x-api-key': value, 'user-agent': value, referer: `http://x/${encoded}`, origin: `http://${encoded}` },
  ]
  for (const sent of headers) {
    const where = `in ${Object.keys(sent).join(', ')}`
    for (const path of ['/api/v1/devices', '/api/v1/me', '/metrics'])
      await call(`${where} of ${path}`, path, { headers: sent })
    await call(`${where} of telemetry`, `/api/v1/devices/${device.id}/telemetry`, {
      ...{ method: 'POST', headers: sent, body: { t: 1 } },
    })
  }

  const post = (path: string, body: unknown) =>
    call(`in a body of ${path}`, path, { method: 'POST', headers: caller, body })
  await post('/api/v1/devices', { name: { wrong: value } })
  await post('/api/v1/devices', { [value]: 1, name: 'x' })
  await post('/api/v1/devices', { name: 'x', id: `${value}/` })
  await post('/api/v1/devices', { name: 'x', tags: [`${value} !`], expectedIntervalSeconds: value })
  await post('/api/v1/devices', `{"name":"${value}`)
  await post('/api/v1/api-keys', { name: 'x', role: value, expiresAt: value })
  await post('/api/v1/applications', { name: 'x', subscribe: [`${value}/#`], origins: [value] })
  await post('/api/v1/mqtt/tokens', { subscribe: [`${value}/#`], clientId: `${value}/` })
  await post('/api/v1/invitations', { role: value, email: value })
  await post('/api/v1/invitations/accept', { token: value, name: 'Eve', email: value, password: 'short' })
  for (const call of ['password-reset/read', 'password-reset/complete', 'email-confirmation'])
    await post(`/api/v1/${call}`, { token: `${value}x`, password: value })
  await post('/api/v1/setup', { code: value, name: value })
  await post('/api/auth/sign-in/email', { email: { wrong: value }, password: [value] })
}

/** The same in paths, where a text has to have a form to be known as a secret. */
export async function misuseInPaths(
  { name, value }: Secret,
  { witness, caller }: Surroundings,
): Promise<void> {
  const encoded = encodeURIComponent(value)
  for (const path of [
    `/api/v1/devices/${encoded}`,
    `/api/v1/${encoded}`,
    `/api/auth/${encoded}`,
    `/metrics/${encoded}`,
  ])
    for (const headers of [caller, {}])
      await witness.call({ where: `${name} in a path of the api`, path, headers })
  await witness.call({ where: 'a page', path: `/${encoded}` })
  await witness.call({ where: 'a page', path: `/sign-in?token=${encoded}` })
}

/** The same over MQTT, as the password of others. */
export async function misuseAsPassword(
  { name, value }: Secret,
  { witness, device }: Surroundings,
): Promise<void> {
  const { username } = device.credential
  const connect = (fields: object) => witness.speak(`${name} as a password`, packets311.connect(fields))
  await connect({ clientId: 'x', username: 'nobody', password: value })
  await connect({ clientId: device.id, username, password: `${value}x` })
}

/** The same over MQTT in topics, filters, wills and payloads that are refused, of which people are told. */
export async function misuseInMqtt({ name, value }: Secret, around: Surroundings): Promise<void> {
  const { witness, device, organization } = around
  const { username, password, topics } = device.credential
  const speak = (where: string, connect: object, ...packets: Buffer[]) =>
    witness.speak(`${name} ${where}`, packets311.connect(connect), ...packets)
  const right = { clientId: `${device.id}:other`, username, password }
  const publish = (topic: string, payload: string) => packets311.publish(topic, payload, { qos: 1, id: 7 })

  await speak('in a topic', right, publish(`${organization}/devices/${device.id}/${value}`, '{}'))
  await speak('in a foreign topic', right, publish(`${value}/x`, '{}'))
  await speak('in a filter', right, packets311.subscribe(1, [`${organization}/${value}/#`, 1]))
  await speak('in the topic of a will', { ...right, will: { topic: `${value}/x`, payload: value } })
  for (const payload of [
    `{"${value}":`,
    `{"${value}":{"a":NaN}}`,
    `{"ts":"${value}","values":{"a":1}}`,
    value,
  ])
    await speak('in telemetry that is refused', right, publish(topics.telemetry, payload))
  await speak(
    'in an event that is refused',
    right,
    publish(topics.events, `{"level":"${value}","message":7}`),
  )
  await speak('in a state that is refused', right, publish(topics.reported, `["${value}"]`))
}

/** The same in names that a client gives itself, which have to have a form, too: they are told where it is refused. */
export async function misuseInNames({ name, value }: Secret, around: Surroundings): Promise<void> {
  const { witness, device } = around
  const { username, password } = device.credential
  const speak = (where: string, connect: object) =>
    witness.speak(`${name} ${where}`, packets311.connect(connect))
  await speak('as a user name', { clientId: 'x', username: value, password: 'x' })
  await speak('as a client id', { clientId: value, username: 'nobody', password: 'x' })
  await speak('as the client id of a device', { clientId: value, username, password })
  await speak('in the client id of a device', { clientId: `${device.id}:${value}`, username, password })
}
