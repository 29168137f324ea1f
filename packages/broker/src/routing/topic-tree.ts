/** A tree of topic filters with values. A look-up walks level by level, in a loop as long as the topic has levels. */
export class TopicTree<T> {
  readonly #root = new Node<T>()
  #size = 0

  /** Number of values. */
  get size(): number {
    return this.#size
  }

  add(filter: string, value: T): void {
    let node = this.#root
    for (const level of filter.split('/')) node = node.child(level)
    if (!node.values.has(value)) this.#size++
    node.values.add(value)
  }

  remove(filter: string, value: T): boolean {
    const path: Node<T>[] = [this.#root]
    const levels = filter.split('/')
    for (const level of levels) {
      const next = path[path.length - 1]?.children.get(level)
      if (!next) return false
      path.push(next)
    }
    if (!path[path.length - 1]?.values.delete(value)) return false
    this.#size--
    for (let i = levels.length; i > 0; i--) {
      const node = path[i] as Node<T>
      if (node.values.size > 0 || node.children.size > 0) break
      path[i - 1]?.children.delete(levels[i - 1] as string)
    }
    return true
  }

  /** Calls `found` for each value whose filter matches the topic; returns how many nodes it visited. */
  match(topic: string, found: (value: T) => void): number {
    let visited = 0
    const levels = topic.split('/')
    let nodes = [this.#root]
    for (let i = 0; i < levels.length && nodes.length > 0; i++) {
      const wildcards = i > 0 || topic.charCodeAt(0) !== DOLLAR
      const next: Node<T>[] = []
      visited += nodes.length
      for (const node of nodes) {
        const exact = node.children.get(levels[i] as string)
        if (exact) next.push(exact)
        if (!wildcards) continue
        const single = node.children.get('+')
        if (single && levels[i] !== '+') next.push(single)
        node.children.get('#')?.values.forEach(found)
      }
      nodes = next
    }
    for (const node of nodes) {
      node.values.forEach(found)
      node.children.get('#')?.values.forEach(found)
    }
    return visited
  }
}

class Node<T> {
  readonly children = new Map<string, Node<T>>()
  readonly values = new Set<T>()

  child(level: string): Node<T> {
    let child = this.children.get(level)
    if (!child) {
      child = new Node()
      this.children.set(level, child)
    }
    return child
  }
}

const DOLLAR = 36
