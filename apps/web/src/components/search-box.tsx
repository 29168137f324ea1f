'use client'

import { Search } from 'lucide-react'
import { useEffect, useEffectEvent, useState } from 'react'
import { Input } from '@/components/input'
import { useDebounced } from '@/lib/use-debounced'

interface SearchBoxProps {
  label: string
  placeholder: string
  search: string
  /** Called when typing has paused. */
  onSearch: (search: string) => void
}

/** A box whose text is searched for while it is typed. */
export function SearchBox({ label, placeholder, search, onSearch }: SearchBoxProps) {
  const [text, setText] = useState(search)
  const debounced = useDebounced(text, 200)
  const send = useEffectEvent((value: string) => {
    if (value.trim() !== search) onSearch(value.trim())
  })
  useEffect(() => send(debounced), [debounced])
  // The address may change under the box: by the back button, or by clearing the filters.
  useEffect(() => setText((shown) => (shown.trim() === search ? shown : search)), [search])

  return (
    <div className="relative w-full sm:w-72">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-faint"
      />
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        maxLength={120}
        className="h-8 pl-8 text-13"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  )
}
