import { type ExceededShare, Shares } from '../fairness/shares.js'
import type { BrokerLimits } from '../interface/limits.js'
import type { QuotaAccount } from '../interface/persistence.js'
import type { Message } from '../messages/message.js'

type RetainedLimits = Pick<
  BrokerLimits,
  | 'maxRetainedMessages'
  | 'maxRetainedBytes'
  | 'maxRetainedMessagesPerGroup'
  | 'maxRetainedBytesPerGroup'
  | 'maxRetainedMessagesPerOwner'
  | 'maxRetainedBytesPerOwner'
>

/** Retained messages, one a topic, in a tree: an exact look-up visits its levels, a wildcard only what it can match. */
export class RetainedStore {
  readonly #root = new Node()
  readonly #shares: Shares
  /** Grows with each change. */
  version = 0
  #count = 0
  #bytes = 0
  /** Topics of messages that expire some time. */
  readonly #expiring = new Set<string>()

  constructor(limits: RetainedLimits) {
    this.#shares = new Shares({
      owner: { count: limits.maxRetainedMessagesPerOwner, bytes: limits.maxRetainedBytesPerOwner },
      group: { count: limits.maxRetainedMessagesPerGroup, bytes: limits.maxRetainedBytesPerGroup },
      all: { count: limits.maxRetainedMessages, bytes: limits.maxRetainedBytes },
    })
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  /** What counts towards the limits: the messages of clients. */
  get used(): { messages: number; bytes: number } {
    const { count, bytes } = this.#shares.all
    return { messages: count, bytes }
  }

  /**
   * Retains a message in place of its topic's one. It counts towards the shares of `account`; with null, as for the host's
   * own messages, towards none. Returns the share that has no room for it; the message before is kept then.
   */
  set(message: Message, account: QuotaAccount | null): ExceededShare | null {
    const known = this.#find(message.topic)
    const bytes = bytesOf(message)
    const exceeded = this.#account(known, bytes, account)
    if (exceeded !== null) return exceeded
    let node = this.#root
    for (const level of message.topic.split('/')) node = node.child(level)
    if (node.message === null) this.#count++
    this.#bytes += bytes - (node.message ? bytesOf(node.message) : 0)
    node.message = message.keep()
    node.account = account
    node.version = ++this.version
    if (message.expires) this.#expiring.add(message.topic)
    else this.#expiring.delete(message.topic)
    return null
  }

  get(topic: string): Message | null {
    const message = this.#find(topic)?.message ?? null
    return message?.expired ? null : message
  }

  /** Forgets the messages that have expired; returns their topics. */
  takeExpired(): string[] {
    const topics: string[] = []
    for (const topic of this.#expiring) if (this.#find(topic)?.message?.expired) topics.push(topic)
    for (const topic of topics) this.delete(topic)
    return topics
  }

  /**
   * Retained messages that a filter matches, found one by one: a caller may pause and continue later. Each step costs about
   * the same, whether it finds a message or, as null, nothing. Messages that have expired, or were retained after `asOf`, are left out: of the latter the
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
      yield isMatch && !node.message?.expired ? node.message : null
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

  /** What the topic has so far makes room for what replaces it. */
  #account(known: Node | null, bytes: number, account: QuotaAccount | null): ExceededShare | null {
    const freed = known?.account && known.message ? { count: 1, bytes: bytesOf(known.message) } : null
    if (known?.account && freed) this.#shares.free(known.account, freed)
    const exceeded = account && this.#shares.take(account, { count: 1, bytes })
    if (exceeded !== null && known?.account && freed) this.#shares.add(known.account, freed)
    return exceeded
  }

  #find(topic: string): Node | null {
    let node: Node | undefined = this.#root
    for (const level of topic.split('/')) {
      node = node.children.get(level)
      if (!node) return null
    }
    return node
  }

  /** Forgets the topic's message. False when there is none. */
  delete(topic: string): boolean {
    const path = [this.#root]
    const levels = topic.split('/')
    for (const level of levels) {
      const next = path.at(-1)?.children.get(level)
      if (!next) return false
      path.push(next)
    }
    const leaf = path.at(-1) as Node
    if (!leaf.message) return false
    this.#count--
    const bytes = bytesOf(leaf.message)
    this.#bytes -= bytes
    this.#expiring.delete(topic)
    if (leaf.account) this.#shares.free(leaf.account, { count: 1, bytes })
    leaf.message = null
    leaf.account = null
    for (let i = levels.length; i > 0; i--) {
      const node = path[i] as Node
      if (node.message || node.children.size > 0) break
      path[i - 1]?.children.delete(levels[i - 1] as string)
    }
    return true
  }
}

class Node {
  readonly children = new Map<string, Node>()
  message: Message | null = null
  /** Whom the message counts towards. */
  account: QuotaAccount | null = null
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

/** Memory that a retained message takes. Its levels are nodes of the tree, and a deep topic has more of them than most. */
function bytesOf(message: Message): number {
  let levels = 1
  for (let at = message.topic.indexOf('/'); at >= 0; at = message.topic.indexOf('/', at + 1)) levels++
  return message.costBytes + Math.max(0, levels - usualLevels) * nodeBytes
}

const usualLevels = 8
/** Measured: a node with its entry in the node above. */
const nodeBytes = 300

/** Stands for a node that must not be found. */
const hidden = new Node()

// A leading wildcard does not match topics that begin with $ [MQTT-4.7.2-1].
function* visible(root: Node): Generator<Node> {
  for (const [level, child] of root.children) yield level.charCodeAt(0) === 36 ? hidden : child
}
