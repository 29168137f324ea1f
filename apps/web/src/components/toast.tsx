'use client'

import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'

const SHOWN_MS = 5_000
const AT_MOST = 3

interface Toast {
  id: number
  text: string
  tone: 'done' | 'failed'
}

type ShowToast = (text: string, tone?: Toast['tone']) => void

const ToastContext = createContext<ShowToast>(() => {})

/** Shows that an action was done or failed, outside the current view. */
export const useToast = (): ShowToast => useContext(ToastContext)

let lastId = 0

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([])
  const dismiss = useCallback(
    (id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)),
    [],
  )
  const show = useCallback<ShowToast>(
    (text, tone = 'done') => {
      lastId += 1
      const id = lastId
      setToasts((shown) => [...shown.slice(1 - AT_MOST), { id, text, tone }])
      setTimeout(() => dismiss(id), SHOWN_MS)
    },
    [dismiss],
  )

  return (
    <ToastContext value={show}>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed right-4 bottom-18 left-4 z-60 flex flex-col items-end gap-2 sm:left-auto md:bottom-4"
      >
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onDismiss={() => dismiss(toast.id)} />
        ))}
      </div>
    </ToastContext>
  )
}

function ToastCard({ toast, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  return (
    <div className="pointer-events-auto flex animate-slide items-center gap-2.5 rounded-outer bg-raised py-1.5 pr-1.5 pl-3.5 text-13 text-ink shadow-float">
      {toast.tone === 'done' ? (
        <CircleCheck aria-hidden className="size-4 shrink-0 text-online" />
      ) : (
        <CircleAlert aria-hidden className="size-4 shrink-0 text-refused" />
      )}
      {toast.text}
      <button
        type="button"
        aria-label="Dismiss"
        onClick={onDismiss}
        className="grid size-7 place-items-center rounded-inner text-ink-faint hover:bg-hover hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </div>
  )
}
