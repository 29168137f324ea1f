'use client'

import { type IssuedCredential, LatestTelemetry, telemetry } from '@heliograph/protocol'
import { CircleCheck, Waypoints } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/components/button'
import { Code } from '@/components/code'
import { Glint } from '@/components/glint'
import { SimulationNotice } from '@/components/simulation-notice'
import { TimeAgo } from '@/components/time-ago'
import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { useLive, useLiveMessages, useOnReconnected } from '@/lib/live/live-connection'
import { ownMqttUrl } from '@/lib/live/own-mqtt-url'
import { simulateDevice } from '@/lib/live/simulated-devices'
import { useOrganization } from '@/lib/organization'

interface FirstMessageProps {
  device: string
  credential: IssuedCredential
}

interface Arrived {
  count: number
  ts: number
  text: string
}

/** Waits for the first message of the device, then shows the latest one. */
export function FirstMessage({ device, credential }: FirstMessageProps) {
  const { slug } = useOrganization()
  const [arrived, setArrived] = useState<Arrived | null>(null)

  useLiveMessages(telemetry.filter({ org: slug, device }), ({ payload, receivedAt }) => {
    const text = new TextDecoder().decode(payload)
    setArrived((known) => ({ count: (known?.count ?? 0) + 1, ts: receivedAt, text }))
  })
  useOnReconnected(async () => {
    const { items } = await request(`${deviceApi(device)}/telemetry/latest`, {
      schema: LatestTelemetry,
      org: slug,
    })
    if (items.length === 0) return
    const text = JSON.stringify(Object.fromEntries(items.map(({ key, value }) => [key, value])))
    setArrived((known) => known ?? { count: 1, ts: Math.max(...items.map(({ ts }) => ts)), text })
  })

  // Below the examples it would come unseen.
  const place = useRef<HTMLElement>(null)
  const hasArrived = arrived !== null
  useEffect(() => {
    if (hasArrived) place.current?.scrollIntoView({ block: 'nearest' })
  }, [hasArrived])

  return (
    <section
      ref={place}
      aria-label="First message"
      className="relative mt-4 overflow-hidden rounded-outer border bg-surface px-4 py-3"
    >
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p aria-live="polite" className="flex items-center gap-2.5 text-13">
          {arrived ? <Received first={arrived.count === 1} /> : <Waiting />}
        </p>
        {arrived && <TimeAgo ts={arrived.ts} className="text-12 text-ink-faint" />}
        {!arrived && <SimulateButton device={device} credential={credential} />}
      </div>
      {arrived && (
        <div className="mt-2 overflow-hidden rounded-inner">
          <pre className="max-h-24 overflow-auto bg-sunken px-3 py-2 font-mono text-12 leading-5 wrap-anywhere whitespace-pre-wrap">
            <Code code={arrived.text} language="json" />
          </pre>
        </div>
      )}
      {arrived && <SimulationNotice device={device} className="mt-2" />}
      <Glint at={arrived?.ts ?? null} shape="under" className="absolute inset-x-0 bottom-0" />
    </section>
  )
}

function Received({ first }: { first: boolean }) {
  return (
    <>
      <CircleCheck aria-hidden className="size-4 text-online" />
      <span className="font-medium text-online-text">
        {first ? 'The first message arrived' : 'Messages are arriving'}
      </span>
    </>
  )
}

function Waiting() {
  const { state } = useLive()
  return (
    <>
      <span aria-hidden className="size-2 animate-wait rounded-full bg-accent" />
      <span className="text-ink-soft">
        {state === 'offline'
          ? 'This page is offline; it shows the first message once it is connected again.'
          : 'Waiting for the first message…'}
      </span>
    </>
  )
}

function SimulateButton({ device, credential }: FirstMessageProps) {
  const { slug } = useOrganization()
  const toast = useToast()
  const [starting, setStarting] = useState(false)

  const start = async () => {
    setStarting(true)
    const { clientId, username, password } = credential
    try {
      await simulateDevice({ url: ownMqttUrl(), clientId, username, password, org: slug, device })
    } catch {
      setStarting(false)
      toast('The simulated device could not be started. Reload the page and try again.', 'failed')
    }
  }

  return (
    <Button size="sm" busy={starting} onClick={start}>
      <Waypoints aria-hidden />
      Start a simulated device
    </Button>
  )
}
