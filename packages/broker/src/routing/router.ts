import type { Message } from '../packets/message.js'
import { readShare, type Share } from '../packets/share.js'
import { hasWildcard } from '../packets/topic.js'
import type { Qos } from '../types.js'
import { type Member, SharedGroup } from './shared-group.js'
import { TopicTree } from './topic-tree.js'

/** Who gets messages. `alone` is true when nobody else gets this one: then sharing its bytes is no use. */
export interface Target {
  deliver(message: Message, granted: Qos, alone: boolean): void
}

/** Subscriptions of this process, and the way from a message to its receivers: a loop, never recursion. */
export class Router {
  readonly #tree = new TopicTree<Branch>()
  readonly #routes = new Map<string, Route[]>()
  readonly #shared = new Map<string, Branch & { target: SharedGroup }>()
  #members = 0
  // Messages come in rows of one topic: while they do, and nobody subscribes, nothing is looked up.
  #lastTopic: string | null = null
  #lastRoutes: readonly Route[] = []

  get subscriptions(): number {
    return this.#tree.size - this.#shared.size + this.#members
  }

  /** Adds a subscription; the same object removes it. */
  add(subscription: Subscription): void {
    const share = readShare(subscription.filter)
    if (share) this.#join(subscription, share)
    else this.#grow(subscription)
  }

  remove(subscription: Subscription): void {
    if (readShare(subscription.filter)) this.#leave(subscription)
    else this.#cut(subscription)
  }

  /** Hands a message to each target once, at the highest QoS any of its matching filters was granted. */
  route(message: Message): void {
    const routes = this.routes(message.topic)
    const alone = routes.length === 1
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i] as Route
      route.target.deliver(message, route.qos, alone)
    }
  }

  routes(topic: string): readonly Route[] {
    if (topic === this.#lastTopic) return this.#lastRoutes
    let routes = this.#routes.get(topic)
    if (!routes) {
      routes = this.#find(topic)
      if (this.#routes.size >= maxCachedTopics) this.#routes.clear()
      this.#routes.set(topic, routes)
    }
    this.#lastTopic = topic
    this.#lastRoutes = routes
    return routes
  }

  #find(topic: string): Route[] {
    const byTarget = new Map<Target, Route>()
    this.#tree.match(topic, ({ target, qos }) => {
      const known = byTarget.get(target)
      if (!known) byTarget.set(target, { target, qos })
      else if (qos > known.qos) known.qos = qos
    })
    return [...byTarget.values()]
  }

  #join({ filter, target, qos }: Subscription, share: Share): void {
    let branch = this.#shared.get(filter)
    if (!branch) {
      branch = { filter: share.filter, qos: 2, target: new SharedGroup() }
      this.#shared.set(filter, branch)
      this.#grow(branch)
    }
    const before = branch.target.size
    branch.target.join(target, qos)
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
    this.#cut(branch)
  }

  #grow(branch: Branch): void {
    this.#tree.add(branch.filter, branch)
    this.#forget(branch.filter)
  }

  #cut(branch: Branch): void {
    if (this.#tree.remove(branch.filter, branch)) this.#forget(branch.filter)
  }

  #forget(filter: string): void {
    this.#lastTopic = null
    if (hasWildcard(filter)) this.#routes.clear()
    else this.#routes.delete(filter)
  }
}

/** One filter of one receiver; `$share/{name}/{filter}` is shared with everybody who has the same. */
export interface Subscription {
  readonly filter: string
  readonly target: Member
  readonly qos: Qos
}

/** What hangs in the tree: a plain subscription, or a whole group. */
interface Branch {
  readonly filter: string
  readonly target: Target
  readonly qos: Qos
}

interface Route {
  target: Target
  qos: Qos
}

const maxCachedTopics = 100_000
