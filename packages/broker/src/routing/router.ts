import { Scheduler, WorkUnits } from '../fairness/scheduler.js'
import type { Message } from '../messages/message.js'
import { readShare, type Share } from '../packets/shared-subscription.js'
import { hasWildcard } from '../packets/topic.js'
import { Grant } from './grant.js'
import { type Member, SharedGroup } from './shared-group.js'
import { TopicTree } from './topic-tree.js'

/** A receiver of messages. */
export interface Target {
  deliver(message: Message, grant: Grant, kind: DeliveryKind): void
}

/** How a message comes to a receiver. */
export const DeliveryKind = {
  /** Many receivers get it, so they share its bytes. */
  fanOut: 0,
  /** One receiver gets it. */
  single: 1,
  /** It was retained, and is sent to a new subscription. */
  retained: 2,
} as const
export type DeliveryKind = (typeof DeliveryKind)[keyof typeof DeliveryKind]

/** The subscriptions of this process. Routes a message to its receivers in a loop, never recursively. */
export class Router {
  readonly #tree = new TopicTree<Branch>()
  readonly #routes = new Map<string, Route[]>()
  /** Memory of `#routes`, roughly. */
  #routesBytes = 0
  readonly #shared = new Map<string, Branch & { target: SharedGroup }>()
  #members = 0
  // Messages come in runs of one topic: within a run nothing is looked up, unless subscriptions change.
  #lastTopic: string | null = null
  #lastRoutes: readonly Route[] = []
  readonly #scheduler: Scheduler

  constructor(scheduler = new Scheduler()) {
    this.#scheduler = scheduler
  }

  get subscriptions(): number {
    return this.#tree.size - this.#shared.size + this.#members
  }

  /** Adds a subscription; the same object removes it. */
  add(subscription: Subscription): void {
    const share = readShare(subscription.filter)
    if (share) this.#join(subscription, share)
    else this.#insert(subscription)
  }

  remove(subscription: Subscription): void {
    if (readShare(subscription.filter)) this.#leave(subscription)
    else this.#delete(subscription)
  }

  /**
   * Delivers a message to each target once, with the highest QoS that was granted to its matching filters. `publisher` is
   * the session of the client that published it: filters with No Local do not bring the message back to it.
   */
  route(message: Message, publisher: Target | null = null): void {
    const routes = this.routes(message.topic)
    const kind = routes.length === 1 ? DeliveryKind.single : DeliveryKind.fanOut
    if (kind === DeliveryKind.fanOut) {
      const unitsEach = message.qos === 0 ? 1 : WorkUnits.acknowledgedDelivery
      this.#scheduler.spend(routes.length * unitsEach)
    }
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i] as Route
      const grant = route.target === publisher ? route.ownGrant : route.grant
      if (grant !== null) route.target.deliver(message, grant, kind)
    }
  }

  routes(topic: string): readonly Route[] {
    if (topic === this.#lastTopic) return this.#lastRoutes
    let routes = this.#routes.get(topic)
    if (!routes) {
      routes = this.#find(topic)
      const bytes = bytesOf(topic, routes)
      if (this.#routesBytes + bytes > maxCachedBytes) this.#forgetRoutes()
      this.#routes.set(topic, routes)
      this.#routesBytes += bytes
    }
    this.#lastTopic = topic
    this.#lastRoutes = routes
    return routes
  }

  #find(topic: string): Route[] {
    const byTarget = new Map<Target, Route>()
    const visited = this.#tree.match(topic, ({ target, grant }) => {
      const ownGrant = grant.noLocal ? null : grant
      const known = byTarget.get(target)
      if (known) {
        known.grant = known.grant.mergedWith(grant)
        known.ownGrant = merged(known.ownGrant, ownGrant)
      } else byTarget.set(target, { target, grant, ownGrant })
    })
    this.#scheduler.spend(visited)
    return [...byTarget.values()]
  }

  #join({ filter, target, grant }: Subscription, share: Share): void {
    let branch = this.#shared.get(filter)
    if (!branch) {
      branch = { filter: share.filter, grant: Grant.plain(2), target: new SharedGroup() }
      this.#shared.set(filter, branch)
      this.#insert(branch)
    }
    const before = branch.target.size
    branch.target.join(target, grant)
    this.#members += branch.target.size - before
  }

  #leave({ filter, target }: Subscription): void {
    const branch = this.#shared.get(filter)
    if (!branch) return
    const before = branch.target.size
    branch.target.leave(target)
    this.#members += branch.target.size - before
    if (branch.target.size > 0) return
    this.#shared.delete(filter)
    this.#delete(branch)
  }

  #insert(branch: Branch): void {
    this.#tree.add(branch.filter, branch)
    this.#invalidate(branch.filter)
  }

  #delete(branch: Branch): void {
    if (this.#tree.remove(branch.filter, branch)) this.#invalidate(branch.filter)
  }

  #invalidate(filter: string): void {
    this.#lastTopic = null
    if (hasWildcard(filter)) {
      this.#forgetRoutes()
      return
    }
    const routes = this.#routes.get(filter)
    if (!routes) return
    this.#routes.delete(filter)
    this.#routesBytes -= bytesOf(filter, routes)
  }

  #forgetRoutes(): void {
    this.#routes.clear()
    this.#routesBytes = 0
  }
}

/** One filter of one receiver. Receivers with the same `$share/{name}/{filter}` share it. */
export interface Subscription {
  readonly filter: string
  readonly target: Member
  readonly grant: Grant
}

/** A value of the tree: a plain subscription, or a whole group. */
interface Branch {
  readonly filter: string
  readonly target: Target
  readonly grant: Grant
}

interface Route {
  readonly target: Target
  grant: Grant
  /** For messages that the target published itself: null when it wants none of them back. */
  ownGrant: Grant | null
}

function merged(one: Grant | null, other: Grant | null): Grant | null {
  return one && other ? one.mergedWith(other) : (one ?? other)
}

function bytesOf(topic: string, routes: readonly Route[]): number {
  return topicBytes + topic.length + routeBytes * routes.length
}

// Measured: what a topic without routes takes in the cache, and a route in its list.
const topicBytes = 150
const routeBytes = 64
const maxCachedBytes = 32 * 1024 * 1024
