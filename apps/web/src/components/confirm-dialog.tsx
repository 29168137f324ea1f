'use client'

import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Notice } from '@/components/notice'
import { explain } from '@/lib/explain'

interface ConfirmDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** Says what is lost and what is not. */
  children: ReactNode
  confirmLabel: string
  /** When set, the person types this before the button works. */
  typeToConfirm?: string
  onConfirm: () => Promise<void>
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, children, confirmLabel, typeToConfirm } = props
  const { typed, setTyped, armed, busy, failure, confirm } = useConfirmation(props)

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      size="sm"
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="danger" disabled={!armed} busy={busy} onClick={confirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4 text-13 text-ink-soft"
        onSubmit={(event) => {
          event.preventDefault()
          if (armed && !busy) void confirm()
        }}
      >
        <div className="flex flex-col gap-2">{children}</div>
        {typeToConfirm !== undefined && (
          <Field label={`Type ${typeToConfirm} to confirm`}>
            {(control) => (
              <Input
                {...control}
                autoComplete="off"
                spellCheck={false}
                className="font-mono text-13"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        )}
        {failure && <Notice tone="refused">{failure}</Notice>}
      </form>
    </Dialog>
  )
}

function useConfirmation({ open, onOpenChange, typeToConfirm, onConfirm }: ConfirmDialogProps) {
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)

  useEffect(() => {
    if (open) return
    setTyped('')
    setFailure(null)
  }, [open])

  const confirm = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      onOpenChange(false)
    } catch (error) {
      setFailure(explain(error).what)
    } finally {
      setBusy(false)
    }
  }
  const armed = typeToConfirm === undefined || typed.trim() === typeToConfirm
  return { typed, setTyped, armed, busy, failure, confirm }
}
