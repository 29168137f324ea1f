'use client'

import { Check, Copy } from 'lucide-react'
import { Button } from '@/components/button'
import { cn } from '@/lib/cn'
import { useCopy } from '@/lib/use-copy'

interface CopyButtonProps {
  value: string
  /** The name of the value, for screen readers. */
  label: string
  /** Shown beside the icon. */
  text?: string
  className?: string
}

export function CopyButton({ value, label, text, className }: CopyButtonProps) {
  const { copied, copy } = useCopy()
  const Icon = copied ? Check : Copy
  return (
    <Button
      variant={text ? 'secondary' : 'ghost'}
      size={text ? 'sm' : 'icon'}
      aria-label={text ? undefined : `Copy ${label}`}
      onClick={() => copy(value)}
      className={className}
    >
      <Icon aria-hidden className={cn(copied && 'text-online')} />
      {text && <span aria-live="polite">{copied ? 'Copied' : text}</span>}
      {!text && (
        <span aria-live="polite" className="sr-only">
          {copied ? `${label} copied` : ''}
        </span>
      )}
    </Button>
  )
}
