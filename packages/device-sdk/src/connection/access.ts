/** Address and credential of a connection. */
export interface Access {
  /** Begins with `ws://` or `wss://`, outside browsers also with `mqtt://` or `mqtts://`. */
  url: string
  clientId: string
  username: string
  password: string
}

export interface LinkOptions {
  /** The broker ends a connection that was silent for 1.5 times this. */
  keepAliveSeconds: number
  /** The longest time that an attempt may take. */
  connectTimeoutMs: number
  /** False makes a stored session: the broker keeps subscriptions and messages while the client is away. */
  clean: boolean
  /** A private certificate authority (PEM), for `wss` and `mqtts` outside browsers. */
  ca?: string
}
