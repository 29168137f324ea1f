import { Readable } from 'node:stream'
import type { Hosted } from './host.js'

/**
 * aedes' view of the sessions. They are ours: all it asks for and gets is a stored session's filters, to have them
 * authorized again. Subscriptions are made in `Hosted.grant`, so that only granted ones exist (AEDES 3), and messages
 * never pass through here.
 */
export class AedesPersistence {
  readonly #hostedById: (sessionId: string) => Hosted | undefined

  constructor(hostedById: (sessionId: string) => Hosted | undefined) {
    this.#hostedById = hostedById
  }

  async setup(): Promise<void> {}
  async storeRetained(): Promise<void> {}
  async addSubscriptions(): Promise<void> {}
  async removeSubscriptions(): Promise<void> {}
  async cleanSubscriptions(): Promise<void> {}
  async cleanIncoming(): Promise<void> {}
  async putWill(): Promise<void> {}
  async delWill(): Promise<void> {}
  async outgoingEnqueueCombi(): Promise<void> {}

  async subscriptionsByTopic(): Promise<never[]> {
    return []
  }

  /** Called with an object that holds the id and nothing else of the client. */
  async subscriptionsByClient({ id }: { id: string }): Promise<{ topic: string; qos: number }[]> {
    return this.#hostedById(id)?.storedFilters() ?? []
  }

  outgoingStream(): Readable {
    return Readable.from([])
  }

  createRetainedStreamCombi(): Readable {
    return Readable.from([])
  }

  streamWill(): Readable {
    return Readable.from([])
  }
}
