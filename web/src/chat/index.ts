export { default as ChatView } from './chat-view.svelte'
