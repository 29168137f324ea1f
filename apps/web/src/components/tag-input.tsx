'use client'

import { type KeyboardEvent, useState } from 'react'
import type { FieldControl } from '@/components/field'
import { controlClass } from '@/components/input'
import { Tag } from '@/components/tag'
import { cn } from '@/lib/cn'

interface TagInputProps extends FieldControl {
  value: string[]
  onChange: (tags: string[]) => void
  placeholder?: string
}

/** Tags are finished with Enter, comma or by leaving the field; Backspace takes the last one back. */
export function TagInput({ value, onChange, placeholder, ...control }: TagInputProps) {
  const [draft, setDraft] = useState('')

  const commit = () => {
    const tags = draft
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean)
    if (tags.length > 0) onChange([...new Set([...value, ...tags])])
    setDraft('')
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === 'Enter' && draft.trim()) || event.key === ',') {
      event.preventDefault()
      commit()
    } else if (event.key === 'Backspace' && draft === '') {
      onChange(value.slice(0, -1))
    }
  }

  return (
    <div
      className={cn(
        controlClass,
        'flex min-h-9 flex-wrap items-center gap-1 px-1.5 py-1 has-focus-visible:border-focus has-focus-visible:outline has-focus-visible:outline-focus',
      )}
    >
      {value.map((tag) => (
        <Tag key={tag} className="h-6" onRemove={() => onChange(value.filter((other) => other !== tag))}>
          {tag}
        </Tag>
      ))}
      <input
        {...control}
        className="h-6 min-w-24 flex-1 bg-transparent px-1.5 text-14 outline-none"
        value={draft}
        placeholder={value.length === 0 ? placeholder : undefined}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={commit}
      />
    </div>
  )
}
