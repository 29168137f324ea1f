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
import { useLiveMessages } from './live-connection'

const DeviceFactsContext = createContext(new DeviceFactsStore())

export function DeviceFactsProvider({ children }: { children: ReactNode }) {
  const { slug } = useOrganization()
  const [store] = useState(() => new DeviceFactsStore())
  useLiveMessages(presence.filter({ org: slug }), (message) => store.apply(message))
  return <DeviceFactsContext value={store}>{children}</DeviceFactsContext>
}

/** While shown, learns from the messages of this filter when devices last sent something. */
export function useTrackMessages(filter: string): void {
  const store = useContext(DeviceFactsContext)
  useLiveMessages(filter, (message) => store.apply(message))
}

/** The presence of a device as of now: what was loaded, kept true by what is heard live. */
export function useDevicePresence(device: Device): PresenceFacts & { status: DeviceStatus } {
  const store = useContext(DeviceFactsContext)
  const live = useSyncExternalStore(
    (listener) => store.listen(device.id, listener),
    () => store.read(device.id),
    () => undefined,
  )
  const now = useNow()
  const facts = mergeFacts(device, live)
  return { ...facts, status: deviceStatus(facts, now) }
}
