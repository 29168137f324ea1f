/**
 * A tree of topic filters with values. Levels that all filters below share are one node (a radix tree), so that a filter adds
 * two nodes at most, however many levels it has. A look-up visits only what the topic can match, in a loop.
 */
export class TopicTree<T> {
  readonly #root = new Node<T>('')
  #size = 0

  /** Number of values. */
  get size(): number {
    return this.#size
  }

  add(filter: string, value: T): void {
    let node = this.#root
    let rest = filter.split('/')
    while (rest.length > 0) {
      const child = node.children?.get(rest[0] as string)
      if (!child) {
        node = node.append(new Node(rest.join('/')))
        break
      }
      const shared = sharedLevels(child.path.split('/'), rest)
      node = node.splitChild(child, shared)
      rest = rest.slice(shared)
    }
    if (node.add(value)) this.#size++
  }

  remove(filter: string, value: T): boolean {
    const nodes = this.#pathTo(filter)
    const node = nodes?.at(-1)
    if (!nodes || !node?.delete(value)) return false
    this.#size--
    if (node.values !== undefined) return true
    const parent = nodes.at(-2) ?? this.#root
    if (node.children === null) parent.remove(node)
    else node.mergeOnlyChild()
    if (parent !== this.#root && parent.values === undefined) parent.mergeOnlyChild()
    return true
  }

  /**
   * Calls `found` for each value whose filter matches the topic; returns how many nodes it visited. A node with a very long path
   * counts as several.
   */
  match(topic: string, found: (value: T) => void): number {
    let visited = 0
    const nodes = [this.#root]
    /** Where the topic goes on below each of the nodes. */
    const starts = [0]
    const descend = (child: Node<T> | undefined, start: number) => {
      const end = child ? endOf(child.path, topic, start) : noMatch
      if (!child || end === noMatch) return
      nodes.push(child)
      starts.push(end)
      visited += child.path.length >> longPathBits
    }
    for (let node = nodes.pop(); node; node = nodes.pop()) {
      visited++
      const start = starts.pop() ?? 0
      const { children } = node
      if (start > topic.length) {
        node.forEach(found)
        children?.get('#')?.forEach(found)
        continue
      }
      if (children === null) continue
      const level = levelAt(topic, start)
      descend(children.get(level), start)
      // A leading wildcard does not match topics that begin with $ [MQTT-4.7.2-1].
      if (start === 0 && topic.charCodeAt(0) === DOLLAR) continue
      if (level !== '+') descend(children.get('+'), start)
      children.get('#')?.forEach(found)
    }
    return visited
  }

  /** The nodes that lead to a filter, without the root. */
  #pathTo(filter: string): Node<T>[] | null {
    const nodes: Node<T>[] = []
    let node = this.#root
    let rest = filter.split('/')
    while (rest.length > 0) {
      const child = node.children?.get(rest[0] as string)
      const levels = child?.path.split('/')
      if (!child || !levels || sharedLevels(levels, rest) < levels.length) return null
      nodes.push(child)
      node = child
      rest = rest.slice(levels.length)
    }
    return nodes
  }
}

class Node<T> {
  /** The levels that lead to it from its parent. */
  path: string
  /** By their first level. */
  children: Map<string, Node<T>> | null = null
  /** A set once there are two. */
  values: T | Set<T> | undefined

  constructor(path: string) {
    this.path = ownCopy(path)
  }

  append(child: Node<T>): Node<T> {
    this.children ??= new Map()
    const level = levelAt(child.path, 0)
    this.children.set(level === child.path ? child.path : ownCopy(level), child)
    return child
  }

  remove(child: Node<T>): void {
    this.children?.delete(levelAt(child.path, 0))
    if (this.children?.size === 0) this.children = null
  }

  /** Makes a node of the first levels of a child, unless they are all that it has. Returns the node with these levels. */
  splitChild(child: Node<T>, levelCount: number): Node<T> {
    const levels = child.path.split('/')
    if (levelCount === levels.length) return child
    this.remove(child)
    const upper = this.append(new Node<T>(levels.slice(0, levelCount).join('/')))
    child.path = ownCopy(levels.slice(levelCount).join('/'))
    upper.append(child)
    return upper
  }

  /** Becomes one with its child when it has only one. */
  mergeOnlyChild(): void {
    if (this.children?.size !== 1) return
    const [child] = [...this.children.values()] as [Node<T>]
    this.path = ownCopy(`${this.path}/${child.path}`)
    this.children = child.children
    this.values = child.values
  }

  add(value: T): boolean {
    const { values } = this
    if (values === undefined) this.values = value
    else if (values instanceof Set) {
      if (values.has(value)) return false
      values.add(value)
    } else if (values === value) return false
    else this.values = new Set([values, value])
    return true
  }

  delete(value: T): boolean {
    const { values } = this
    if (values instanceof Set) {
      if (!values.delete(value)) return false
      if (values.size === 0) this.values = undefined
      return true
    }
    if (values === undefined || values !== value) return false
    this.values = undefined
    return true
  }

  forEach(found: (value: T) => void): void {
    const { values } = this
    if (values instanceof Set) for (const value of values) found(value)
    else if (values !== undefined) found(values)
  }
}

/** Where the topic goes on behind the levels of a path: behind its own end when nothing is left of it. */
function endOf(path: string, topic: string, start: number): number {
  let at = start
  for (let i = 0; ; i++) {
    const first = path.charCodeAt(i)
    // `#` is the last level, and matches the parent too.
    if (first === HASH) return topic.length + 1
    if (at > topic.length) return noMatch
    if (first === PLUS) {
      i++
      while (at < topic.length && topic.charCodeAt(at) !== SLASH) at++
    } else {
      for (; i < path.length && path.charCodeAt(i) !== SLASH; i++, at++) {
        if (path.charCodeAt(i) !== topic.charCodeAt(at)) return noMatch
      }
      if (at < topic.length && topic.charCodeAt(at) !== SLASH) return noMatch
    }
    at++
    if (i >= path.length) return at
  }
}

function levelAt(text: string, start: number): string {
  const end = text.indexOf('/', start)
  return end < 0 ? text.slice(start) : text.slice(start, end)
}

function sharedLevels(one: readonly string[], other: readonly string[]): number {
  let count = 0
  while (count < one.length && count < other.length && one[count] === other[count]) count++
  return count
}

/** V8 makes a longer part of a text a view of it, which would keep a filter in memory that nobody has any more. */
function ownCopy(part: string): string {
  return part.length < 13 ? part : Buffer.from(part).toString()
}

const noMatch = -1
/** Comparing 256 characters takes as long as visiting a node. */
const longPathBits = 8
const DOLLAR = 36
const HASH = 35
const PLUS = 43
const SLASH = 47
