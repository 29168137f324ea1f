/** Keeps the newest items, and counts all. */
export class Ring<Item> {
  #items: Item[] = []
  #count = 0

  constructor(private readonly length: number) {}

  get count(): number {
    return this.#count
  }

  add(item: Item): void {
    this.#count += 1
    this.#items.push(item)
    // Cut in larger pieces, as each cut copies the rest.
    if (this.#items.length > this.length * 2) this.#items = this.#items.slice(-this.length)
  }

  /** A copy, the newest first. */
  newestFirst(): Item[] {
    return this.#items.slice(-this.length).reverse()
  }
}
