/**
 * The persistence that aedes gets. Sessions, subscriptions and messages are kept by this package and never pass through
 * aedes, but aedes calls these methods all the same.
 */
export const emptyPersistence = {
  async setup(): Promise<void> {},
  async storeRetained(): Promise<void> {},
  async cleanIncoming(): Promise<void> {},
  async delWill(): Promise<void> {},
  async outgoingEnqueueCombi(): Promise<void> {},

  async subscriptionsByTopic(): Promise<never[]> {
    return []
  },

  /** aedes would pipe retained messages into a stream of its own; `RetainedDelivery` sends them instead. */
  createRetainedStreamCombi(): { pipe(): void } {
    return { pipe() {} }
  },

  streamWill(): never[] {
    return []
  },
}
