export { createAstraDialect, renderAstraProblem } from './astra/index.ts'
export { createOpenAiDialect, renderOpenAiProblem } from './openai/index.ts'
