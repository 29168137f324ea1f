'use client'

import {
  type Device,
  type DeviceStatus,
  deviceStatus,
  type PresenceFacts,
  presence,
} from '@heliograph/protocol'
import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react'
import { useNow } from '@/lib/clock'
import { useOrganization } from '@/lib/organization'
import { DeviceFactsStore, mergeFacts } from './device-facts'
import { useLive, useLiveMessages } from './live-connection'

const DeviceFactsContext = createContext(new DeviceFactsStore())

export function DeviceFactsProvider({ children }: { children: ReactNode }) {
  const { slug } = useOrganization()
  const [store] = useState(() => new DeviceFactsStore())
  useLiveMessages(presence.filter({ org: slug }), (message) => store.apply(message))
  return <DeviceFactsContext value={store}>{children}</DeviceFactsContext>
}

/** While the component is shown, updates the facts about devices from messages that match the filter; null listens to nothing. */
export function useTrackMessages(filter: string | null): void {
  const store = useContext(DeviceFactsContext)
  useLiveMessages(filter, (message) => store.apply(message))
}

export interface ShownPresence extends PresenceFacts {
  status: DeviceStatus
  /** While the page's connection is lost: when the status was last known to hold. */
  asOf: number | null
}

/** The current presence of a device: the loaded one, updated by live messages. */
export function useDevicePresence(device: Device): ShownPresence {
  const store = useContext(DeviceFactsContext)
  const live = useSyncExternalStore(
    (listener) => store.listen(device.id, listener),
    () => store.read(device.id),
    () => undefined,
  )
  const now = useNow()
  const facts = mergeFacts(device, live)
  const { asOf } = useLive()
  // Without a connection, silence says nothing about the device; its status stays that of the last moment with one.
  return { ...facts, status: deviceStatus(facts, asOf ?? now), asOf }
}
