'use client'

import { deviceFilter, PresencePage, presence } from '@heliograph/protocol'
import { useCallback, useEffect, useRef, useState } from 'react'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { useLiveMessages } from '@/lib/live/live-connection'
import { useOrganization } from '@/lib/organization'
import { presenceReasons } from '../../presence/presence-reasons'
import { MarkStore, markOfMessage, markOfPresence } from './mark-store'

const PAGE_SIZE = 200
const MAXIMUM_PAGES = 10

export interface Marks {
  store: MarkStore
  /** Loads marks back to a time. May be called with every frame. */
  reachBack(ts: number): void
}

/** The marks of a device: connections and disconnections of any time, refusals and events since the page was opened. */
export function useMarks(device: string): Marks {
  const { slug: org } = useOrganization()
  const [store] = useState(() => new MarkStore())
  const reader = useRef<ReturnType<typeof readPresence>>(null)

  useEffect(() => {
    const reading = readPresence(org, device, store)
    reader.current = reading
    return () => {
      reading.stop()
      reader.current = null
    }
  }, [org, device, store])

  useLiveMessages(deviceFilter({ org, device }), (message) => {
    const mark = markOfMessage(message)
    if (mark !== null) store.add(mark)
  })
  // The platform keeps what happened to the connection: it is read again, with its very time.
  useLiveMessages(
    presence.filter({ org, device }),
    ({ retained }) => !retained && reader.current?.readNewest(),
    () => reader.current?.readNewest(),
  )
  const reachBack = useCallback((ts: number) => reader.current?.reachBack(ts), [])
  return { store, reachBack }
}

/** Reads the presence history, newest first, as far back as charts show. */
function readPresence(org: string, device: string, store: MarkStore) {
  const abort = new AbortController()
  let cursor: string | null = null
  let oldest = Number.POSITIVE_INFINITY
  let pages = 0
  let busy = false

  const readPage = async (at: string | null) => {
    const page: PresencePage = await request(`${deviceApi(device)}/presence`, {
      schema: PresencePage,
      query: { cursor: at ?? undefined, limit: PAGE_SIZE },
      org,
      signal: abort.signal,
    })
    for (const change of page.items) store.add(markOfPresence(change, presenceReasons))
    return page
  }
  const reachBack = async (ts: number) => {
    if (busy || ts >= oldest || pages >= MAXIMUM_PAGES) return
    busy = true
    try {
      pages += 1
      const page = await readPage(cursor)
      cursor = page.nextCursor
      const last = page.items.at(-1)
      oldest = cursor === null || last === undefined ? Number.NEGATIVE_INFINITY : Date.parse(last.ts)
    } catch {
      // Marks stand beside the values; whether those can be read is said there.
    } finally {
      busy = false
    }
  }
  return {
    reachBack: (ts: number) => void reachBack(ts),
    readNewest: () => void readPage(null).catch(() => {}),
    stop: () => abort.abort(),
  }
}
