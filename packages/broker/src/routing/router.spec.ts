import { expect, it } from 'vitest'
import type { Qos } from '../interface/types.js'
import { Message } from '../messages/message.js'
import { Grant, type GrantOptions } from './grant.js'
import { Router } from './router.js'
import type { Member } from './shared-group.js'

const router = new Router()

/** A receiver that keeps the grants by which messages came to it. */
class Receiver implements Member {
  readonly readiness = 'ready'
  readonly grants: Grant[] = []

  deliver(_message: Message, grant: Grant): void {
    this.grants.push(grant)
  }

  deliverShared(_message: Message, grant: Grant): void {
    this.grants.push(grant)
  }

  subscribe(filter: string, options: Partial<GrantOptions> = {}): void {
    router.add({ filter, target: this, grant: grant(options) })
  }
}

function grant(options: Partial<GrantOptions>): Grant {
  return Grant.of({ qos: 1, retainAsPublished: false, noLocal: false, identifiers: [], ...options })
}

function publish(topic: string, publisher: Receiver | null = null): void {
  router.route(Message.of({ topic, payload: Buffer.from('x'), qos: 1, retain: false }), publisher)
}

it('sends a message once for all filters that match, with their highest QoS and all their identifiers', () => {
  const receiver = new Receiver()
  receiver.subscribe('merge/#', { qos: 0, identifiers: [7] })
  receiver.subscribe('merge/+', { qos: 2, identifiers: [268_435_455], retainAsPublished: true })
  receiver.subscribe('merge/a', { qos: 1, identifiers: [7] })
  receiver.subscribe('other', { identifiers: [9] })
  publish('merge/a')
  expect(receiver.grants).toHaveLength(1)
  const [merged] = receiver.grants
  expect(merged).toMatchObject({ qos: 2, retainAsPublished: true })
  expect(merged?.identifiers.toSorted()).toEqual([268_435_455, 7])
})

it('uses one object for all grants without options', () => {
  for (const qos of [0, 1, 2] as Qos[]) expect(grant({ qos })).toBe(Grant.plain(qos))
  const receiver = new Receiver()
  receiver.subscribe('plain/#', { qos: 1 })
  receiver.subscribe('plain/+', { qos: 2 })
  publish('plain/a')
  expect(receiver.grants[0]).toBe(Grant.plain(2))
})

it('does not bring a message back to its publisher by filters with No Local, but by others', () => {
  const [local, other] = [new Receiver(), new Receiver()]
  for (const receiver of [local, other]) {
    receiver.subscribe('own/#', { noLocal: true, qos: 2, identifiers: [1] })
    receiver.subscribe('own/both', { identifiers: [2] })
  }
  publish('own/a', local)
  expect([local.grants, other.grants.length]).toEqual([[], 1])
  publish('own/both', local)
  expect(local.grants).toMatchObject([{ qos: 1, identifiers: [2] }])
  expect(other.grants[1]?.identifiers.toSorted()).toEqual([1, 2])
  publish('own/a')
  expect(local.grants).toHaveLength(2)
})

it('gives a member of a group the identifier of its own subscription', () => {
  const [one, two] = [new Receiver(), new Receiver()]
  one.subscribe('$share/g/work', { identifiers: [11] })
  two.subscribe('$share/g/work', { identifiers: [12] })
  for (let i = 0; i < 4; i++) publish('work')
  expect(one.grants.map(({ identifiers }) => identifiers)).toEqual([[11], [11]])
  expect(two.grants.map(({ identifiers }) => identifiers)).toEqual([[12], [12]])
})
