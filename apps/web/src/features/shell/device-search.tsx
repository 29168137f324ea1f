'use client'

import { Search } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useEffect, useState } from 'react'

const DeviceSearchDialog = dynamic(() => import('./device-search-dialog').then((m) => m.DeviceSearchDialog))

/** Jumps to a device from anywhere; Ctrl-K or ⌘K opens it. */
export function DeviceSearch() {
  const [open, setOpen] = useState(false)

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])

  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex h-8 items-center gap-2 rounded-inner text-13 text-ink-faint transition-colors hover:text-ink max-md:w-8 max-md:justify-center md:border md:border-line-strong md:bg-surface md:pr-1.5 md:pl-2.5"
      >
        <Search aria-hidden className="size-4" />
        <span className="pr-8 max-md:sr-only">Find a device</span>
        <kbd aria-hidden className="hidden rounded-inner border px-1.5 font-sans text-12 md:inline">
          Ctrl K
        </kbd>
      </button>
      {open && <DeviceSearchDialog onClose={() => setOpen(false)} />}
    </>
  )
}
