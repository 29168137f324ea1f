import { PasswordInput } from '@/components/password-input'
import { TextField } from '@/components/text-field'

interface NewPasswordFieldProps {
  label?: string
  error: string | undefined
  value: string
  onValue: (password: string) => void
}

/** A password that a person chooses, with what is asked of it. */
export function NewPasswordField({ label = 'Password', ...field }: NewPasswordFieldProps) {
  return (
    <TextField
      label={label}
      hint="At least 10 characters. Common passwords are refused."
      control={PasswordInput}
      autoComplete="new-password"
      {...field}
    />
  )
}
