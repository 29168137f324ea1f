'use client'

import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { meKey } from '@/lib/me-key'
import { useOrganization } from '@/lib/organization'
import { LiveConnectionContext } from './live-connection'
import { beforeConnecting, LiveLink } from './live-link'

/** Opens the page's MQTT connection, and ends it with the page. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  // After a refusal the signed-in person is loaded again; if there is none, the frame leads to sign-in.
  const [link] = useState(
    () => new LiveLink(slug, () => void queryClient.invalidateQueries({ queryKey: meKey })),
  )
  useEffect(() => link.start(), [link])
  const snapshot = useSyncExternalStore(link.watch, link.read, () => beforeConnecting)
  const connection = useMemo(() => ({ ...snapshot, subscribe: link.subscribe }), [snapshot, link])
  return <LiveConnectionContext value={connection}>{children}</LiveConnectionContext>
}
