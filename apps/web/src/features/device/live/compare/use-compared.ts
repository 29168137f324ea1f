'use client'

import { useEffect, useMemo, useState } from 'react'
import { useLive } from '@/lib/live/live-connection'
import { useOrganization } from '@/lib/organization'
import { openTelemetry } from '../telemetry/open-telemetry'
import { TelemetryStore } from '../telemetry/telemetry-store'
import type { Compared } from './compared'

export interface ComparedStore extends Compared {
  key: string
  store: TelemetryStore
}

/** The compared devices of a page, by key; each is loaded and subscribed to while it is shown. */
export function useCompared(onMissed: () => void) {
  const { slug: org } = useOrganization()
  const { subscribe } = useLive()
  const [stores, setStores] = useState<readonly ComparedStore[]>([])

  const compare = (key: string, devices: readonly Compared[]) =>
    setStores((known) => [
      ...known.filter((one) => one.key !== key),
      ...devices.map(
        (device) =>
          known.find((one) => one.key === key && one.id === device.id) ?? {
            ...device,
            key,
            store: new TelemetryStore(),
          },
      ),
    ])

  useOpened(stores, ({ id, key, store }) =>
    openTelemetry({ org, device: id, key, store, subscribe, onMissed }),
  )
  return [stores, compare] as const
}

/** Opens each of a list once, and closes it when it is gone from the list. */
function useOpened<Item extends object>(items: readonly Item[], open: (item: Item) => () => void): void {
  const opened = useMemo(() => new Map<Item, () => void>(), [])
  useEffect(() => {
    for (const [item, close] of opened) {
      if (items.includes(item)) continue
      close()
      opened.delete(item)
    }
    for (const item of items) if (!opened.has(item)) opened.set(item, open(item))
  })
  useEffect(
    () => () => {
      for (const close of opened.values()) close()
      opened.clear()
    },
    [opened],
  )
}
