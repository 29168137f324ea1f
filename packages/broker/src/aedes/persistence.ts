/**
 * aedes' view of the store: sessions, subscriptions and messages are ours and never pass through here. It asks for
 * these all the same.
 */
export const aedesPersistence = {
  async setup(): Promise<void> {},
  async storeRetained(): Promise<void> {},
  async cleanIncoming(): Promise<void> {},
  async delWill(): Promise<void> {},
  async outgoingEnqueueCombi(): Promise<void> {},

  async subscriptionsByTopic(): Promise<never[]> {
    return []
  },

  /** aedes would pipe retained messages into a stream of its own; they come from the session instead. */
  createRetainedStreamCombi(): { pipe(): void } {
    return { pipe() {} }
  },

  streamWill(): never[] {
    return []
  },
}
