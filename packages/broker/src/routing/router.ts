import type { Message } from '../packets/message.js'
import { hasWildcard } from '../packets/topic.js'
import type { Qos } from '../types.js'
import { TopicTree } from './topic-tree.js'

/** Who gets messages. `alone` is true when nobody else gets this one: then sharing its bytes is no use. */
export interface Target {
  deliver(message: Message, granted: Qos, alone: boolean): void
}

/** Subscriptions of this process, and the way from a message to its receivers: a loop, never recursion. */
export class Router {
  readonly #tree = new TopicTree<Subscription>()
  readonly #routes = new Map<string, Route[]>()

  get subscriptions(): number {
    return this.#tree.size
  }

  /** Adds a subscription; the same object removes it. */
  add(subscription: Subscription): void {
    this.#tree.add(subscription.filter, subscription)
    this.#forget(subscription.filter)
  }

  remove(subscription: Subscription): void {
    if (this.#tree.remove(subscription.filter, subscription)) this.#forget(subscription.filter)
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
    let routes = this.#routes.get(topic)
    if (!routes) {
      routes = this.#find(topic)
      if (this.#routes.size >= maxCachedTopics) this.#routes.clear()
      this.#routes.set(topic, routes)
    }
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

  #forget(filter: string): void {
    if (hasWildcard(filter)) this.#routes.clear()
    else this.#routes.delete(filter)
  }
}

export interface Subscription {
  readonly filter: string
  readonly target: Target
  readonly qos: Qos
}

interface Route {
  target: Target
  qos: Qos
}

const maxCachedTopics = 100_000
