import type { Message } from '../messages/message.js'

/** Retained messages, one a topic, in a tree: an exact look-up visits its levels, a wildcard only what it can match. */
export class RetainedStore {
  readonly #root = new Node()
  readonly #maxMessages: number
  readonly #maxBytes: number
  /** Grows with each change. */
  version = 0
  #count = 0
  #bytes = 0

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages
    this.#maxBytes = maxBytes
  }

  get count(): number {
    return this.#count
  }

  /** Retains a message, or forgets its topic's message when the payload is empty. False when a limit forbids it. */
  set(message: Message): boolean {
    if (message.payloadBytes === 0) {
      this.#delete(message.topic)
      return true
    }
    const known = this.get(message.topic)
    const bytes = this.#bytes + message.costBytes - (known?.costBytes ?? 0)
    if (bytes > this.#maxBytes || (!known && this.#count >= this.#maxMessages)) return false
    let node = this.#root
    for (const level of message.topic.split('/')) node = node.child(level)
    if (!known) this.#count++
    this.#bytes = bytes
    node.message = message.keep()
    node.version = ++this.version
    return true
  }

  get(topic: string): Message | null {
    let node: Node | undefined = this.#root
    for (const level of topic.split('/')) {
      node = node.children.get(level)
      if (!node) return null
    }
    return node.message
  }

  /**
   * Retained messages that a filter matches, found one by one: a caller may pause and continue later. Each step costs about
   * the same, whether it finds a message or, as null, nothing. Messages that were retained after `asOf` are left out: the
   * caller had subscribed by then, and got them as they came.
   */
  *walk(filter: string, asOf = this.version): Generator<Message | null> {
    const levels = filter.split('/')
    const steps: Step[] = [{ nodes: [this.#root].values(), depth: 0 }]
    for (let step = steps.at(-1); step; step = steps.at(-1)) {
      const next = step.nodes.next()
      if (next.done) {
        steps.pop()
        continue
      }
      const node = next.value
      const wanted = levels[step.depth]
      const isMatch = node !== hidden && (wanted === undefined || wanted === '#') && node.version <= asOf
      yield isMatch ? node.message : null
      if (wanted !== undefined && node !== hidden) steps.push(this.#below(node, wanted, step.depth))
    }
  }

  /** The children to look at: after `#` all of them, at whatever depth. */
  #below(node: Node, wanted: string, depth: number): Step {
    if (wanted === '#' || wanted === '+') {
      const nodes = node === this.#root ? visible(node) : node.children.values()
      return { nodes, depth: wanted === '#' ? depth : depth + 1 }
    }
    const child = node.children.get(wanted)
    return { nodes: (child ? [child] : []).values(), depth: depth + 1 }
  }

  #delete(topic: string): void {
    const path = [this.#root]
    const levels = topic.split('/')
    for (const level of levels) {
      const next = path.at(-1)?.children.get(level)
      if (!next) return
      path.push(next)
    }
    const leaf = path.at(-1) as Node
    if (!leaf.message) return
    this.#count--
    this.#bytes -= leaf.message.costBytes
    leaf.message = null
    for (let i = levels.length; i > 0; i--) {
      const node = path[i] as Node
      if (node.message || node.children.size > 0) break
      path[i - 1]?.children.delete(levels[i - 1] as string)
    }
  }
}

class Node {
  readonly children = new Map<string, Node>()
  message: Message | null = null
  version = 0

  child(level: string): Node {
    let child = this.children.get(level)
    if (!child) {
      child = new Node()
      this.children.set(level, child)
    }
    return child
  }
}

interface Step {
  nodes: Iterator<Node>
  /** How many levels of the filter lead to the nodes. */
  depth: number
}

/** Stands for a node that must not be found. */
const hidden = new Node()

// A leading wildcard does not match topics that begin with $ [MQTT-4.7.2-1].
function* visible(root: Node): Generator<Node> {
  for (const [level, child] of root.children) yield level.charCodeAt(0) === 36 ? hidden : child
}
