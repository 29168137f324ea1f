'use client'

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Notice } from '@/components/notice'

interface FormProps {
  /** The result of `useForm`. */
  form: { failure: string | null; submit: () => Promise<void> }
  id?: string
  /** The submit button, where no dialog has one. */
  action?: ReactNode
  children: ReactNode
}

/**
 * A form that Enter submits too. The focus goes to the first field that was refused; an error that belongs to no field is
 * shown below the fields.
 */
export function Form({ form, id, action, children }: FormProps) {
  const root = useRef<HTMLFormElement>(null)
  const [attempts, setAttempts] = useState(0)
  useEffect(() => {
    if (attempts > 0) root.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [attempts])
  return (
    <form
      ref={root}
      id={id}
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit().then(() => setAttempts((count) => count + 1))
      }}
    >
      {children}
      {form.failure && <Notice tone="refused">{form.failure}</Notice>}
      {action}
    </form>
  )
}
