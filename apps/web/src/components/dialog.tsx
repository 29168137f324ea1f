'use client'

import { X } from 'lucide-react'
import * as Primitive from 'radix-ui/dialog'
import type { ReactNode } from 'react'
import { enterDialog, leaveDialog } from '@/components/dialog-focus'
import { cn } from '@/lib/cn'

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  size?: 'sm' | 'md' | 'lg'
  /** While true, neither Escape nor a click outside closes the dialog; only its own buttons do. */
  locked?: boolean
  children: ReactNode
  footer?: ReactNode
}

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  size = 'md',
  locked,
  children,
  footer,
}: DialogProps) {
  const guard = (event: Event) => {
    if (locked) event.preventDefault()
  }
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Primitive.Content
          onEscapeKeyDown={guard}
          onInteractOutside={guard}
          onOpenAutoFocus={enterDialog}
          onCloseAutoFocus={leaveDialog}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cn(
            'fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[92dvh] w-full animate-enter flex-col bg-raised shadow-float',
            'rounded-t-outer sm:top-1/2 sm:bottom-auto sm:max-h-[88dvh] sm:-translate-y-1/2 sm:rounded-outer',
            WIDTH[size],
          )}
        >
          <header className="flex items-start gap-4 px-5 pt-5 pb-4">
            <div className="min-w-0 flex-1">
              <Primitive.Title className="text-16 font-semibold text-ink">{title}</Primitive.Title>
              {description && (
                <Primitive.Description className="mt-1 text-13 text-ink-soft">
                  {description}
                </Primitive.Description>
              )}
            </div>
            {!locked && (
              <Primitive.Close
                aria-label="Close"
                className="-mt-1 -mr-1 grid size-8 shrink-0 place-items-center rounded-inner text-ink-faint hover:bg-hover hover:text-ink"
              >
                <X aria-hidden className="size-4" />
              </Primitive.Close>
            )}
          </header>
          {/* The room above is that of a focus ring, which would be cut off. */}
          <div className="-mt-1 min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">{children}</div>
          {footer && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t px-5 py-3">
              {footer}
            </footer>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

const WIDTH = { sm: 'sm:max-w-md', md: 'sm:max-w-lg', lg: 'sm:max-w-2xl' }
