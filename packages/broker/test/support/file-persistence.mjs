import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { MemoryPersistence } from '../../dist/index.js'

/** A log of changes in a file, one write a line: enough to outlive `kill -9`. It never shrinks: for tests only. */
export class FilePersistence {
  #known = new MemoryPersistence()
  #path
  #file

  constructor(path) {
    this.#path = path
    this.#file = openSync(path, 'a')
  }

  async load(restore) {
    // A crash cut off the bytes behind the last line break: that write was never durable.
    const lines = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1)
    for (const line of lines) await this.#known.write(JSON.parse(line, revive))
    await this.#known.load(restore)
  }

  async write(changes) {
    const text = JSON.stringify(changes.map(plain))
    // Later than the call, so that a caller that does not wait for it is found out.
    await new Promise(setImmediate)
    writeSync(this.#file, `${text}\n`)
    fsyncSync(this.#file)
  }

  async close() {
    closeSync(this.#file)
  }
}

function plain(change) {
  if (change.kind === 'will' && change.will)
    return {
      ...change,
      will: {
        ...change.will,
        payload: encoded(change.will.payload),
        properties: change.will.properties && encoded(change.will.properties),
      },
    }
  if (change.kind !== 'queued' && change.kind !== 'retained') return change
  const { topic, payload, qos, properties } = change.message
  const kept = properties && {
    expiresAt: properties.expiresAt,
    encoded: properties.encoded && encoded(properties.encoded),
  }
  return { ...change, message: { topic, qos, payload: encoded(payload), properties: kept } }
}

function encoded(bytes) {
  return { base64: bytes.toString('base64') }
}

function revive(_key, value) {
  return typeof value?.base64 === 'string' ? Buffer.from(value.base64, 'base64') : value
}
