export type Theme = 'system' | 'dark' | 'light'

const storageKey = 'hearth.theme'
const isTheme = (value: string | null): value is Theme => value === 'system' || value === 'dark' || value === 'light'
const stored = localStorage.getItem(storageKey)

let current = $state<Theme>(isTheme(stored) ? stored : 'system')

const apply = (): void => {
  if (current === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = current
}
apply()

/** Dark, light, or as the system says. */
export const theme = {
  get current(): Theme {
    return current
  },
  choose(next: Theme): void {
    current = next
    localStorage.setItem(storageKey, next)
    apply()
  },
}
