/** Where to connect, and as whom. */
export interface Access {
  /** `ws://`, `wss://`, and outside browsers `mqtt://` and `mqtts://`. */
  url: string
  clientId: string
  username: string
  password: string
}

export interface LinkOptions {
  /** What the broker waits for a sign of life, times 1.5. */
  keepAliveSeconds: number
  /** How long an attempt may take. */
  connectTimeoutMs: number
  /** False keeps subscriptions and missed messages at the broker while away. */
  clean: boolean
  /** A certificate authority of one's own (PEM), for `wss` and `mqtts` outside browsers. */
  ca?: string
}
