import { fork } from 'node:child_process'
import { once } from 'node:events'
import { endWithUs } from '../../../scripts/process/end-with-us.mjs'

/** A program of ours in a process of its own, which answers questions one at a time. */
export class Worker {
  #child
  #name

  /** `niceness` 19 leaves it only what others leave of the processor. */
  constructor(program, args, { cpu, niceness = 0 }) {
    const pinned = cpu ? ['taskset', '-c', cpu] : []
    const [execPath, ...before] = [...pinned, 'nice', '-n', String(niceness), process.execPath]
    this.#child = fork(program, args, { execPath, execArgv: before })
    this.#name = [program, ...args].join(' ')
    endWithUs(this.#child, 'SIGKILL')
  }

  /** Asks, and resolves with the answer. */
  async ask(question) {
    const ended = new AbortController()
    const answered = once(this.#child, 'message', { signal: ended.signal })
    const exited = once(this.#child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`${this.#name} ended with ${code}`)
    })
    this.#child.send(question)
    try {
      const [answer] = await Promise.race([answered, exited])
      if (answer?.error) throw new Error(`${this.#name}: ${answer.error}`)
      return answer
    } finally {
      ended.abort()
      answered.catch(() => undefined)
      exited.catch(() => undefined)
    }
  }

  stop() {
    this.#child.kill('SIGKILL')
  }
}

/** The other end: answers each question with what the function of its kind returns. */
export function answer(functions) {
  process.on('message', async ({ kind, ...question }) => {
    try {
      process.send((await functions[kind](question)) ?? null)
    } catch (error) {
      process.send({ error: error.stack })
    }
  })
  process.on('disconnect', () => process.exit(0))
}
