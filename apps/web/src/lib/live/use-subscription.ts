'use client'

import type { Channel, ChannelParameters } from '@heliograph/protocol'
import { type LiveMessage, useLiveMessages } from './live-connection'

/**
 * Listens to a channel while the component is shown; parameters left out match anything. Messages
 * arrive decoded. What is not what the channel carries is left out: the platform lets none of it pass.
 * For `onServed` see LiveConnection.
 */
export function useSubscription<const Address extends string, Payload>(
  channel: Channel<Address, Payload>,
  params: Partial<ChannelParameters<Address>>,
  handler: (payload: Payload, params: ChannelParameters<Address>, message: LiveMessage) => void,
  onServed?: () => void,
): void {
  const onMessage = (message: LiveMessage) => {
    const of = channel.match(message.topic)
    const payload = decoded(channel, message)
    if (of !== null && payload !== undefined) handler(payload, of, message)
  }
  useLiveMessages(channel.filter(params), onMessage, onServed)
}

function decoded<Address extends string, Payload>(channel: Channel<Address, Payload>, message: LiveMessage) {
  try {
    return channel.decode(message.payload)
  } catch {
    return undefined
  }
}
