import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Administrator,
  createAdministrator,
  createMember,
  createOrganization,
  invite,
} from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { apiKey } from '../rest/callers.js'
import { closed, connectToken, eventually, refusalCode, requestToken, watch } from './support.js'

let platform: Platform
let owner: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

async function connectionCount(): Promise<number> {
  const metrics = await (await fetch(`${platform.url}/metrics`)).text()
  return Number(/^heliograph_mqtt_connections (\d+)$/m.exec(metrics)?.[1])
}

/** A member with a connection of a page and one of a script, both of which may publish below apps. */
async function connectedMember() {
  const person = await createMember(platform, owner, 'admin')
  const publish = [`${owner.organization}/apps/#`]
  const tokens = [
    await requestToken(person, { publish }),
    await requestToken(await apiKey(platform, person), { publish }),
  ]
  return { person, tokens, clients: await Promise.all(tokens.map((token) => connectToken(token))) }
}

describe('the MQTT connections of a member', () => {
  it('end before their removal is answered, and those in another organization stay', async () => {
    const other = await createOrganization(owner)
    const { person, tokens, clients } = await connectedMember()
    await person.send('POST', '/api/v1/invitations/accept', {
      token: await invite(other, { role: 'viewer' }),
    })
    const elsewhere = await connectToken(
      await requestToken(person.with({ 'heliograph-org': other.organization })),
    )
    const ended = Promise.all(clients.map((client) => closed(client)))
    expect(await connectionCount()).toBe(3)
    await owner.send('DELETE', `/api/v1/members/${person.id}`)
    expect(await connectionCount()).toBe(1)
    await ended
    for (const token of tokens) expect(await refusalCode(connectToken(token))).toBe(4)
    expect(elsewhere.connected).toBe(true)
    await elsewhere.endAsync()
  })

  it('end before another role is answered, and come back with what it allows', async () => {
    const { person, tokens, clients } = await connectedMember()
    const reader = await connectToken(await requestToken(owner))
    const topic = `${owner.organization}/apps/chat/all`
    const seen = await watch(reader, `${owner.organization}/apps/#`)
    await clients[0]?.publishAsync(topic, '"before"', { qos: 1 })
    const ended = Promise.all(clients.map((client) => closed(client)))
    expect(await connectionCount()).toBe(3)
    await owner.send('PATCH', `/api/v1/members/${person.id}`, { role: 'viewer' })
    expect(await connectionCount()).toBe(1)
    await ended

    for (const token of tokens) {
      const client = await connectToken(token)
      await client.publishAsync(topic, '"after"', { qos: 1 })
      await client.endAsync()
    }
    const fresh = await connectToken(await requestToken(owner, { publish: [topic] }))
    await fresh.publishAsync(topic, '"owner"', { qos: 1 })
    await eventually(() => expect(seen.map(({ json }) => json)).toEqual(['before', 'owner']))
    await Promise.all([fresh.endAsync(), reader.endAsync()])
  })

  it('forget what they stored there, so that nobody who joins again finds it', async () => {
    const person = await createMember(platform, owner, 'viewer')
    const clientId = 'web-kept'
    const client = await connectToken(await requestToken(person, { clientId }), { clean: false })
    await client.subscribeAsync(`${owner.organization}/fleet`, { qos: 1 })
    const stored = async () => {
      const kept = `SELECT filter FROM broker.subscription WHERE session_id ~ 'web-kept'`
      return (await platform.pool.query(kept)).rows
    }
    await eventually(async () => expect(await stored()).toHaveLength(1))
    const ended = closed(client)
    await owner.send('DELETE', `/api/v1/members/${person.id}`)
    await ended
    expect(await stored()).toEqual([])
  })
})
