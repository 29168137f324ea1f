import { Counter, type Registry } from 'prom-client'

interface Options {
  name: string
  help: string
  labelName: string
  registers: Registry[]
}

/** A counter with one label for what happens to each message: it only adds, where prom-client hashes labels each time. */
export class PlainCounter<Value extends string> {
  readonly #counts = new Map<Value, number>()

  constructor({ labelName, ...options }: Options) {
    const counts = this.#counts
    new Counter({
      ...options,
      labelNames: [labelName],
      collect() {
        this.reset()
        for (const [value, count] of counts) this.inc({ [labelName]: value }, count)
      },
    })
  }

  inc(value: Value, by = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + by)
  }
}
