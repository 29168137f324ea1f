'use client'

import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react'
import { meKey } from '@/lib/me-key'
import { useOrganization, useTagLimit } from '@/lib/organization'
import { LiveConnectionContext } from './live-connection'
import { beforeConnecting, LiveLink } from './live-link'

/** Opens the page's MQTT connection, and ends it with the page. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { slug } = useOrganization()
  const isLimited = useTagLimit() !== null
  const queryClient = useQueryClient()
  // After a refusal the signed-in person is loaded again; if there is none, the frame leads to sign-in.
  const link = useMemo(
    () => new LiveLink(slug, () => void queryClient.invalidateQueries({ queryKey: meKey }), isLimited),
    [slug, queryClient, isLimited],
  )
  useEffect(() => link.start(), [link])
  const snapshot = useSyncExternalStore(link.watch, link.read, () => beforeConnecting)
  const connection = useMemo(() => ({ ...snapshot, subscribe: link.subscribe }), [snapshot, link])
  return <LiveConnectionContext value={connection}>{children}</LiveConnectionContext>
}
