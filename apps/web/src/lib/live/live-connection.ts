'use client'

import type { UserProperties } from '@heliograph/protocol'
import { createContext, useContext, useEffect, useEffectEvent } from 'react'

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'offline'

export interface LiveMessage {
  topic: string
  payload: Uint8Array
  retained: boolean
  userProperties: UserProperties
  /** Epoch milliseconds by the platform's clock, as all times here. */
  receivedAt: number
}

/** The page's own MQTT connection, as the rest of the page sees it. */
export interface LiveConnection {
  state: LiveState
  /** The round trip of the last ping; null before the first. */
  latencyMs: number | null
  /** When the next attempt begins (epoch milliseconds), while reconnecting. */
  retryAt: number | null
  /** Since when it is in this state (epoch milliseconds). */
  since: number | null
  /** While the connection is lost: when the platform was last heard, and so how old is what the page shows. */
  asOf: number | null
  /**
   * Listens to a topic filter until the returned function is called. `onServed` is called when messages
   * come from now on, again after each reconnect: what was before is to be fetched then. Never changes.
   */
  subscribe(filter: string, listener: (message: LiveMessage) => void, onServed?: () => void): () => void
}

const notConnected: LiveConnection = {
  state: 'connecting',
  latencyMs: null,
  retryAt: null,
  since: null,
  asOf: null,
  subscribe: () => () => {},
}

export const LiveConnectionContext = createContext<LiveConnection>(notConnected)

export const useLive = (): LiveConnection => useContext(LiveConnectionContext)

/**
 * Calls `listener` for each message that matches, while the component is shown; null listens to nothing.
 * For `onServed` see LiveConnection.
 */
export function useLiveMessages(
  filter: string | null,
  listener: (message: LiveMessage) => void,
  onServed: () => void = () => {},
): void {
  const { subscribe } = useLive()
  const onMessage = useEffectEvent(listener)
  const onServedNow = useEffectEvent(onServed)
  useEffect(() => {
    if (filter === null) return
    return subscribe(
      filter,
      (message) => onMessage(message),
      () => onServedNow(),
    )
  }, [filter, subscribe])
}

/** Calls `listener` each time the connection is established again. */
export function useOnReconnected(listener: () => void): void {
  const { state } = useLive()
  const onReconnected = useEffectEvent(listener)
  useEffect(() => {
    if (state !== 'reconnecting' && state !== 'offline') return
    // The clean-up of a broken state runs as the next state begins.
    return () => onReconnected()
  }, [state])
}
