'use client'

import { type Device, DevicePage } from '@heliograph/protocol'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import * as Primitive from 'radix-ui/dialog'
import { type KeyboardEvent, useId, useState } from 'react'
import { StatusDot } from '@/components/device-status'
import { request } from '@/lib/api'
import { cn } from '@/lib/cn'
import { devicesKey } from '@/lib/device-queries'
import { explain } from '@/lib/explain'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { useDebounced } from '@/lib/use-debounced'

const SHOWN = 8

export function DeviceSearchDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const router = useRouter()
  const listId = useId()
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const search = useDebounced(text.trim(), 120)
  const found = useDeviceSearch(search)
  const devices = found.data?.items ?? []
  const optionId = (index: number) => `${listId}-${index}`

  const go = (index: number) => {
    const device = devices[index]
    if (!device) return
    router.push(paths.device(slug, device.id))
    onClose()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive((active + 1) % Math.max(1, devices.length))
    else if (event.key === 'ArrowUp') setActive((active + devices.length - 1) % Math.max(1, devices.length))
    else if (event.key === 'Enter') go(active)
    else return
    event.preventDefault()
  }

  return (
    <Primitive.Root open onOpenChange={onClose}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12dvh] z-50 mx-auto max-w-lg animate-enter overflow-hidden rounded-outer bg-raised shadow-float"
        >
          <Primitive.Title className="sr-only">Find a device</Primitive.Title>
          <SearchField
            text={text}
            onText={(next) => {
              setText(next)
              setActive(0)
            }}
            listId={listId}
            activeId={devices[active] && optionId(active)}
            onKeyDown={onKeyDown}
          />
          <div id={listId} role="listbox" aria-label="Devices" className="max-h-[50dvh] overflow-y-auto p-1">
            {devices.map((device, index) => (
              <DeviceOption
                key={device.id}
                id={optionId(index)}
                device={device}
                active={index === active}
                onPoint={() => setActive(index)}
                onChoose={() => go(index)}
                onKeyDown={onKeyDown}
              />
            ))}
          </div>
          {devices.length === 0 && (
            <p role="status" className="px-4 pt-4 pb-6 text-center text-13 text-ink-soft">
              {withoutDevices(found, search)}
            </p>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

interface SearchFieldProps {
  text: string
  onText: (text: string) => void
  listId: string
  /** The id of the option that Enter chooses. */
  activeId: string | undefined
  onKeyDown: (event: KeyboardEvent) => void
}

function SearchField({ text, onText, listId, activeId, onKeyDown }: SearchFieldProps) {
  return (
    <div className="flex items-center gap-2.5 border-b px-4">
      <Search aria-hidden className="size-4 text-ink-faint" />
      <input
        role="combobox"
        aria-label="Name, id or tag"
        aria-expanded={activeId !== undefined}
        aria-controls={listId}
        aria-activedescendant={activeId}
        autoComplete="off"
        spellCheck={false}
        placeholder="Name, id or tag"
        className="h-12 min-w-0 flex-1 bg-transparent text-14 outline-none"
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  )
}

/** Why no device is listed. */
function withoutDevices({ data, error }: ReturnType<typeof useDeviceSearch>, search: string): string {
  if (data !== undefined) return search ? `No device matches “${search}”.` : 'There are no devices yet.'
  return error === null ? 'Searching…' : `The devices could not be searched. ${explain(error).what}`
}

/** The first devices that match. */
function useDeviceSearch(search: string) {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: [...devicesKey(slug), 'search', search],
    queryFn: ({ signal }) =>
      request('/api/v1/devices', { schema: DevicePage, query: { search, limit: SHOWN }, org: slug, signal }),
    placeholderData: keepPreviousData,
  })
}

interface DeviceOptionProps {
  id: string
  device: Device
  active: boolean
  onPoint: () => void
  onChoose: () => void
  onKeyDown: (event: KeyboardEvent) => void
}

function DeviceOption({ id, device, active, onPoint, onChoose, onKeyDown }: DeviceOptionProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      onMouseMove={onPoint}
      // The focus stays in the text field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
      onKeyDown={onKeyDown}
      className={cn('flex h-10 cursor-pointer items-center gap-3 rounded-inner px-3', active && 'bg-hover')}
    >
      <StatusDot status={device.status} />
      <span className="truncate text-13">{device.name}</span>
      <code className="ml-auto truncate font-mono text-12 text-ink-faint">{device.id}</code>
    </div>
  )
}
