import type { Language } from '../language/index.ts'

type Wording = { readonly locale: string; readonly found: string; readonly nothing: string }

const english: Wording = {
  locale: 'en-GB',
  found: 'No model is available yet. From what you have written:',
  nothing:
    'No model is available yet, and I found nothing about this in what you have written. ' +
    'Start Ollama or a llama.cpp server, set up another provider, or let the built-in model finish downloading; ' +
    'then ask again. Your question is kept.',
}

const swedish: Wording = {
  locale: 'sv-SE',
  found: 'Ingen modell är tillgänglig än. Ur det du har skrivit:',
  nothing:
    'Ingen modell är tillgänglig än, och jag hittade ingenting om detta i det du har skrivit. ' +
    'Starta Ollama eller en llama.cpp-server, ställ in en annan leverantör eller låt den inbyggda modellen laddas ned färdigt; ' +
    'fråga sedan igen. Din fråga är sparad.',
}

/** The words of an answer in the language of the question: Swedish, and English for every other. */
export const wordingFor = (language: Language): Wording => (language === 'sv' ? swedish : english)
