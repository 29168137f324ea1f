'use client'

import { LatestOfDevices } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { ErrorState } from '@/components/error-state'
import { Input } from '@/components/input'
import { Skeleton } from '@/components/skeleton'
import { request } from '@/lib/api'
import { useDeviceList } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
import { useDebounced } from '@/lib/use-debounced'
import { kindOf } from '../telemetry/state-labels'
import { type Compared, maximumCompared } from './compared'

interface CompareDialogProps {
  device: string
  name: string
  compared: readonly Compared[]
  onChange: (compared: readonly Compared[]) => void
  onClose: () => void
}

/** A dialog that chooses the devices to compare a key with. */
export function CompareDialog({ device, name, compared, onChange, onClose }: CompareDialogProps) {
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState(compared)
  const found = useDevicesWith(device, name, useDebounced(search, 250))
  const isChosen = (id: string) => chosen.some((one) => one.id === id)
  const toggle = (one: Compared) =>
    setChosen((known) => (isChosen(one.id) ? known.filter(({ id }) => id !== one.id) : [...known, one]))
  // Chosen devices stay in sight, whatever the search.
  const shown = [...chosen, ...(found.data ?? []).filter(({ id }) => !isChosen(id))]

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Comparison of ${name}`}
      description={`Up to ${maximumCompared} other devices with this key, in the same chart.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            onClick={() => {
              onChange(chosen)
              onClose()
            }}
          >
            Show
          </Button>
        </>
      }
    >
      <Input
        aria-label="Search devices"
        placeholder="Search devices"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul className="mt-3 min-h-40">
        {shown.map((one) => (
          <Choice
            key={one.id}
            device={one}
            checked={isChosen(one.id)}
            disabled={!isChosen(one.id) && chosen.length >= maximumCompared}
            onToggle={() => toggle(one)}
          />
        ))}
        {found.isPending && <Skeleton className="m-2 h-4 w-48" />}
        {found.error && <ErrorState title="The devices could not be loaded" error={found.error} />}
        {found.data && shown.length === 0 && (
          <li className="px-2 py-8 text-center text-13 text-ink-soft">
            {search === '' ? `No other device has sent ${name} yet.` : 'No device of that name has sent it.'}
          </li>
        )}
      </ul>
    </Dialog>
  )
}

interface ChoiceProps {
  device: Compared
  checked: boolean
  disabled: boolean
  onToggle: () => void
}

function Choice({ device: { id, name }, checked, disabled, onToggle }: ChoiceProps) {
  return (
    <li>
      <label className="flex h-9 items-center gap-3 rounded-inner px-2 text-13 hover:bg-hover">
        <input
          type="checkbox"
          className="accent-(--accent)"
          checked={checked}
          disabled={disabled}
          onChange={onToggle}
        />
        <span className="min-w-0 truncate">{name}</span>
        <span className="ml-auto truncate font-mono text-12 text-ink-faint">{id}</span>
      </label>
    </li>
  )
}

/** Devices that have sent a number under this key. */
function useDevicesWith(device: string, name: string, search: string) {
  const { slug } = useOrganization()
  const list = useDeviceList(search === '' ? {} : { search })
  const others = (list.data?.pages[0]?.items ?? []).filter(({ id }) => id !== device)
  const ids = others.map(({ id }) => id)
  const latest = useQuery({
    queryKey: ['organizations', slug, 'compare', name, ids],
    enabled: list.isSuccess,
    queryFn: async ({ signal }) => {
      if (ids.length === 0) return []
      const { items } = await request('/api/v1/telemetry/latest', {
        schema: LatestOfDevices,
        query: { devices: ids.join(','), key: [name] },
        org: slug,
        signal,
      })
      return items.filter(({ value }) => kindOf(value) === 'numbers').map((item) => item.device)
    },
  })
  const data = latest.data && others.filter(({ id }) => latest.data.includes(id))
  return { data, isPending: latest.isPending, error: list.error ?? latest.error }
}
