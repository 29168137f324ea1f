'use client'

import type { ReactNode } from 'react'
import { Button } from '@/components/button'
import { Dialog } from '@/components/dialog'
import { Form } from '@/components/form'

interface FormDialogProps {
  title: string
  description?: ReactNode
  size?: 'sm' | 'md'
  /** The result of `useForm`. */
  form: { failure: string | null; busy: boolean; submit: () => Promise<void> }
  /** The label of the button that submits the form. */
  submit: string
  /** Whether submitting destroys something. */
  danger?: boolean
  onClose: () => void
  children: ReactNode
}

/** A dialog with a form of a few fields. */
export function FormDialog(props: FormDialogProps) {
  const { title, description, size = 'sm', form, submit, danger, onClose, children } = props
  return (
    <Dialog
      open
      size={size}
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant={danger ? 'danger' : 'primary'} busy={form.busy} onClick={form.submit}>
            {submit}
          </Button>
        </>
      }
    >
      <Form form={form}>{children}</Form>
    </Dialog>
  )
}
