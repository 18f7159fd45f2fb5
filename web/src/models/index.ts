export { default as ModelNotice } from './model-notice.svelte'
export { default as ModelPicker } from './model-picker.svelte'
