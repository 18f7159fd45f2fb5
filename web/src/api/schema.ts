// Generated from the OpenAPI document by test/api/page-client.test.ts. Do not edit.
export interface paths {
    "/api/v2/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List conversations, the last changed first */
        get: operations["getApiV2Conversations"];
        put?: never;
        /** Begin a conversation */
        post: operations["postApiV2Conversations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/conversations/home": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The home conversation: one merged log for each owner */
        get: operations["getApiV2ConversationsHome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/conversations/{conversationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a conversation */
        get: operations["getApiV2ConversationsByConversationId"];
        put?: never;
        post?: never;
        /** Delete a conversation with all its messages */
        delete: operations["deleteApiV2ConversationsByConversationId"];
        options?: never;
        head?: never;
        /** Rename a conversation, set its prompt or model, or show another branch */
        patch: operations["patchApiV2ConversationsByConversationId"];
        trace?: never;
    };
    "/api/v2/conversations/{conversationId}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a window of the shown branch, oldest first */
        get: operations["getApiV2ConversationsByConversationIdMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/messages/{messageId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one message */
        get: operations["getApiV2MessagesByMessageId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/messages/{messageId}/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Why did it answer that: what the model was given for this answer */
        get: operations["getApiV2MessagesByMessageIdContext"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow what changes: conversations, and which models there are */
        get: operations["getApiV2Events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/conversations/{conversationId}/turns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask: store a message and have it answered */
        post: operations["postApiV2ConversationsByConversationIdTurns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/messages/{messageId}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer again, beside the old answer */
        post: operations["postApiV2MessagesByMessageIdRegenerate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/messages/{messageId}/continue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with an answer that broke off */
        post: operations["postApiV2MessagesByMessageIdContinue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/turns/{turnId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a turn */
        get: operations["getApiV2TurnsByTurnId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/turns/{turnId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Attach to a turn: replay its events, then follow it to its end */
        get: operations["getApiV2TurnsByTurnIdEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/turns/{turnId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a turn; what has been written stays */
        post: operations["postApiV2TurnsByTurnIdStop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search all messages */
        get: operations["getApiV2Search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List models and how their providers are */
        get: operations["getApiV2Models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/models/builtin/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fetch the built-in model */
        post: operations["postApiV2ModelsBuiltinStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/models/builtin/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop fetching the built-in model */
        post: operations["postApiV2ModelsBuiltinCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/auth/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the caller is signed in, and what the server asks for */
        get: operations["getApiV2AuthStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is */
        get: operations["getApiV2Account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a name and a password */
        post: operations["postApiV2AuthLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out here */
        post: operations["postApiV2AuthLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/auth/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Name the owner and set a password: from this machine, or with the set-up link */
        post: operations["postApiV2AuthSetup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List models */
        get: operations["getV1Models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one model */
        get: operations["getV1ModelsByModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete a chat */
        post: operations["postV1ChatCompletions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/compat/astra/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say something in the merged conversation and get the reply */
        post: operations["postCompatAstraChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/compat/astra/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last 50 entries of the log, or all that are newer than `after` */
        get: operations["getCompatAstraHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/compat/astra/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The entries of the log between two instants */
        get: operations["getCompatAstraData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say something in the merged conversation and get the reply */
        post: operations["postChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last 50 entries of the log, or all that are newer than `after` */
        get: operations["getHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The entries of the log between two instants */
        get: operations["getData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the server and its parts are */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/compat/astra/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the server and its parts are */
        get: operations["getCompatAstraHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the server and its parts are */
        get: operations["getApiV2Health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process lives */
        get: operations["getLivez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests can be taken now; 503 when not */
        get: operations["getReadyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptedTurn: {
            turn: components["schemas"]["Turn"];
        };
        Account: {
            name: string;
            displayName: string;
            /** @enum {string} */
            role: "owner" | "admin" | "user";
            locale: string;
            timeZone: string;
            hasPassword: boolean;
            /** @description Signed in by being on this machine, without a password. */
            local: boolean;
        };
        Answer: {
            turn: components["schemas"]["Turn"];
            userMessage: components["schemas"]["Message"] | null;
            message: components["schemas"]["Message"];
        };
        AstraChat: {
            text?: string;
            message?: string;
        } & {
            [key: string]: unknown;
        };
        AstraLogEntry: {
            id: string;
            timestamp: string;
            role: string;
            source: string;
            channel: string;
            text: string;
            raw_payload: unknown;
        };
        AstraReply: {
            reply: string;
            response: string;
            conversation_id: string;
            message_id: string;
        };
        AuthStatus: {
            /** @description What the page calls itself. */
            title: string;
            signedIn: boolean;
            /** @description No owner has a password, and this caller may not act as the local owner. */
            needsSetup: boolean;
            /** @description An owner has a password: credentials are required. */
            hasPassword: boolean;
            /** @description The connection is not encrypted and comes from another machine. */
            plainHttp: boolean;
        };
        /** @description A quoted passage; offsets are UTF-16 into the quoted message. */
        Citation: {
            messageId: string;
            conversationId: string;
            start: number;
            end: number;
            text: string;
        };
        /** @description What the model was given, and what was left out. */
        Context: {
            id: string;
            model: string;
            contextTokens: number;
            /** @description Kept free for the answer. */
            reservedTokens: number;
            inputTokens: number;
            estimated: boolean;
            parts: components["schemas"]["ContextPart"][];
            omitted: components["schemas"]["ContextOmission"][];
        };
        /** @description Messages that were left out, and why. */
        ContextOmission: {
            /** @enum {string} */
            reason: "token-budget" | "message-limit" | "time-window" | "no-text";
            count: number;
            tokens: number;
            /** @description The newest of them; null where the caller brought the messages. */
            newestMessageId: string | null;
        };
        ContextPart: {
            /** @enum {string} */
            kind: "system" | "history" | "message" | "reserve";
            messageId?: string;
            tokens: number;
        };
        /** @description The whole of what the model was given for an answer. */
        ContextRecord: {
            id: string;
            turnId: string;
            context: {
                model: string;
                contextTokens: number;
                /** @description Kept free for the answer. */
                reservedTokens: number;
                inputTokens: number;
                estimated: boolean;
                parts: components["schemas"]["ContextPart"][];
                omitted: components["schemas"]["ContextOmission"][];
            };
            messages: {
                /** @enum {string} */
                role: "system" | "user" | "assistant";
                text: string;
            }[];
            parameters: {
                [key: string]: unknown;
            };
            requestHash: string;
            timings: {
                firstTokenMs: number | null;
                totalMs: number;
            };
        };
        Conversation: {
            id: string;
            /** @description Empty until the first message names it. */
            title: string;
            /**
             * @description `home` is the one merged conversation that every owner has.
             * @enum {string}
             */
            kind: "home" | "plain";
            systemPrompt: string | null;
            /** @description The model chosen for this conversation; null follows the default. */
            model: string | null;
            /** @description The last message of the branch that is shown. */
            headMessageId: string | null;
            runningTurnId: string | null;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            updatedAt: string;
        };
        CreateConversation: {
            title?: string;
            systemPrompt?: string;
            model?: string;
        };
        FeedEvent: {
            /** @constant */
            type: "conversation-changed";
            conversationId: string;
            runningTurnId: string | null;
        } | {
            /** @constant */
            type: "conversation-deleted";
            conversationId: string;
        } | {
            /** @constant */
            type: "models-changed";
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "error";
            healthy: boolean;
            version: string;
            uptime_seconds: number;
            components: {
                [key: string]: {
                    /** @enum {string} */
                    status: "ok" | "error" | "unavailable";
                    detail?: string;
                };
            };
        };
        Login: {
            name: string;
            password: string;
        };
        Message: {
            id: string;
            conversationId: string;
            parentMessageId: string | null;
            /** @enum {string} */
            role: "user" | "assistant" | "event" | "tool" | "system";
            /** @description Who brought it: `web-chat`, `openai`, `ollama`, … */
            source: string;
            channel: string;
            text: string;
            reasoning: string;
            citations: components["schemas"]["Citation"][];
            model: string | null;
            quality: ("full" | "demo" | "extractive") | null;
            usage: components["schemas"]["Usage"] | null;
            /**
             * @description `interrupted`: the server stopped in mid-answer; what had been shown is kept and can be continued.
             * @enum {string}
             */
            status: "complete" | "streaming" | "stopped" | "interrupted" | "failed";
            problemCode: ("body-too-large" | "body-too-deep" | "invalid-json" | "invalid-encoding" | "malformed-request" | "headers-too-large" | "request-timeout" | "unsupported-media-type" | "invalid-request" | "not-found" | "method-not-allowed" | "not-served" | "conflict" | "turn-running" | "idempotency-mismatch" | "not-authenticated" | "invalid-credentials" | "not-allowed" | "password-required" | "setup-required" | "too-many-attempts" | "no-model" | "model-not-found" | "context-too-long" | "provider-unreachable" | "provider-timeout" | "provider-overloaded" | "provider-rejected" | "provider-failed" | "provider-malformed" | "provider-cut" | "output-limit" | "interrupted" | "storage-full" | "storage-failed" | "storage-busy" | "storage-unreachable" | "database-unusable" | "database-in-use" | "invalid-configuration" | "port-in-use" | "model-download-failed" | "shutting-down" | "internal") | null;
            turnId: string | null;
            /** @description Ids of all versions at this place, oldest first, this one among them: the branches. */
            siblings: string[];
            /**
             * Format: date-time
             * @description When it came; of an answer, when it ended.
             */
            createdAt: string;
        };
        Model: {
            /** @description `<provider>/<name>`: what a request names. */
            id: string;
            provider: string;
            name: string;
            contextTokens?: number;
            sizeBytes?: number;
            /** @enum {string} */
            quality: "full" | "demo" | "extractive";
        };
        Models: {
            items: components["schemas"]["Model"][];
            /** @description The model that answers when none is named; null when there is none. */
            defaultModel: string | null;
            providers: components["schemas"]["ProviderStatus"][];
        };
        OpenAiChatCompletion: {
            [key: string]: unknown;
        };
        OpenAiChatCompletionRequest: {
            model?: string;
            messages: {
                /** @enum {string} */
                role: "system" | "developer" | "user" | "assistant";
                content?: (string | ({
                    /** @constant */
                    type: "text";
                    text: string;
                } | {
                    /** @constant */
                    type: "refusal";
                    refusal: string;
                })[]) | null;
            }[];
            stream?: boolean | null;
            stream_options?: ({
                include_usage?: boolean;
            } & {
                [key: string]: unknown;
            }) | null;
            temperature?: number | null;
            top_p?: number | null;
            max_tokens?: number | null;
            max_completion_tokens?: number | null;
            stop?: (string | string[]) | null;
            seed?: number | null;
            n?: 1 | null;
            user?: string;
        } & {
            [key: string]: unknown;
        };
        OpenAiModel: {
            id: string;
            /** @constant */
            object: "model";
            created: number;
            owned_by: string;
        };
        /** @description A failure, as RFC 9457 words it. */
        Problem: {
            /** @description `/problems/` and the code */
            type: string;
            /** @enum {string} */
            code: "body-too-large" | "body-too-deep" | "invalid-json" | "invalid-encoding" | "malformed-request" | "headers-too-large" | "request-timeout" | "unsupported-media-type" | "invalid-request" | "not-found" | "method-not-allowed" | "not-served" | "conflict" | "turn-running" | "idempotency-mismatch" | "not-authenticated" | "invalid-credentials" | "not-allowed" | "password-required" | "setup-required" | "too-many-attempts" | "no-model" | "model-not-found" | "context-too-long" | "provider-unreachable" | "provider-timeout" | "provider-overloaded" | "provider-rejected" | "provider-failed" | "provider-malformed" | "provider-cut" | "output-limit" | "interrupted" | "storage-full" | "storage-failed" | "storage-busy" | "storage-unreachable" | "database-unusable" | "database-in-use" | "invalid-configuration" | "port-in-use" | "model-download-failed" | "shutting-down" | "internal";
            status: number;
            title: string;
            detail?: string;
            instance?: string;
            requestId?: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            retryAfterMs?: number;
            errors?: {
                /** @description Dotted path into body, query or path. */
                field: string;
                message: string;
            }[];
        };
        ProviderStatus: {
            name: string;
            /** @enum {string} */
            status: "ok" | "starting" | "down" | "off";
            detail: string;
            progress?: number;
        };
        RepeatTurn: {
            model?: string;
            /** @description For this message only. */
            systemPrompt?: string;
            temperature?: number;
            maxOutputTokens?: number;
            /**
             * @description Answer with the event stream instead of the finished turn.
             * @default false
             */
            stream: boolean;
        };
        SearchHit: {
            messageId: string;
            conversationId: string;
            /** @description Empty while the conversation has no name. */
            conversationTitle: string;
            /** @enum {string} */
            role: "user" | "assistant" | "event" | "tool" | "system";
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            at: string;
            source: string;
            channel: string;
            /** @description The best passage, in pieces; `match` marks what was asked for. */
            snippet: {
                text: string;
                match: boolean;
            }[];
            /** @description Higher is better; comparable within one search only. */
            score: number;
        };
        SearchPage: {
            items: components["schemas"]["SearchHit"][];
            nextCursor: string | null;
        };
        Setup: {
            /** @description From the set-up link; not needed on the machine itself. */
            token?: string;
            name: string;
            password: string;
        };
        StartTurn: {
            text: string;
            /** @description The message to answer after. Left out: the end of the shown branch. Null: the very start. Editing a message is asking again after its parent. */
            parentMessageId?: string | null;
            model?: string;
            /** @description For this message only. */
            systemPrompt?: string;
            temperature?: number;
            maxOutputTokens?: number;
            /**
             * @description Answer with the event stream instead of the finished turn.
             * @default false
             */
            stream: boolean;
        };
        Turn: {
            id: string;
            conversationId: string;
            userMessageId: string | null;
            assistantMessageId: string;
            /** @enum {string} */
            status: "running" | "complete" | "stopped" | "interrupted" | "failed";
            model: string | null;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            createdAt: string;
            endedAt: string | null;
        };
        TurnEvent: {
            /** @constant */
            type: "turn-start";
            turn: components["schemas"]["Turn"];
            userMessage: components["schemas"]["Message"] | null;
            /** @description The answer as it stands; text-deltas are appended to its text. */
            message: components["schemas"]["Message"];
        } | {
            /** @constant */
            type: "context";
            context: components["schemas"]["Context"];
        } | {
            /** @constant */
            type: "text-delta";
            text: string;
        } | {
            /** @constant */
            type: "reasoning-delta";
            text: string;
        } | {
            /** @constant */
            type: "citation";
            citation: components["schemas"]["Citation"];
        } | {
            /** @constant */
            type: "usage";
            usage: components["schemas"]["Usage"];
        } | {
            /** @constant */
            type: "problem";
            problem: {
                /** @enum {string} */
                code: "body-too-large" | "body-too-deep" | "invalid-json" | "invalid-encoding" | "malformed-request" | "headers-too-large" | "request-timeout" | "unsupported-media-type" | "invalid-request" | "not-found" | "method-not-allowed" | "not-served" | "conflict" | "turn-running" | "idempotency-mismatch" | "not-authenticated" | "invalid-credentials" | "not-allowed" | "password-required" | "setup-required" | "too-many-attempts" | "no-model" | "model-not-found" | "context-too-long" | "provider-unreachable" | "provider-timeout" | "provider-overloaded" | "provider-rejected" | "provider-failed" | "provider-malformed" | "provider-cut" | "output-limit" | "interrupted" | "storage-full" | "storage-failed" | "storage-busy" | "storage-unreachable" | "database-unusable" | "database-in-use" | "invalid-configuration" | "port-in-use" | "model-download-failed" | "shutting-down" | "internal";
                status: number;
                title: string;
                detail?: string;
                retryable: boolean;
                retryAfterMs?: number;
            };
        } | {
            /** @constant */
            type: "turn-end";
            /** @enum {string} */
            status: "running" | "complete" | "stopped" | "interrupted" | "failed";
            finishReason: ("stop" | "length") | null;
            message: components["schemas"]["Message"];
        };
        UpdateConversation: {
            title?: string;
            systemPrompt?: string | null;
            model?: string | null;
            /**
             * Format: uuid
             * @description Shows the branch that this message belongs to.
             */
            headMessageId?: string;
        };
        /** @description Tokens as the provider counted them; `estimated` when it sent none. */
        Usage: {
            inputTokens: number;
            outputTokens: number;
            estimated: boolean;
        };
    };
    responses: {
        /** @description Nobody is signed in */
        NotAuthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Who is signed in may not do this */
        NotAllowed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The path, the query or the body is wrong; `errors` names the fields */
        InvalidRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Any other failure; `code` says which */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getApiV2Conversations: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Conversation"][];
                        nextCursor: string | null;
                    };
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2Conversations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateConversation"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2ConversationsHome: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2ConversationsByConversationId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    deleteApiV2ConversationsByConversationId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    patchApiV2ConversationsByConversationId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateConversation"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2ConversationsByConversationIdMessages: {
        parameters: {
            query?: {
                limit?: number;
                /** @description Only messages above this one: older ones. */
                before?: string;
                /** @description Only messages below this one: newer ones. */
                after?: string;
                /** @description A window with this message in its middle. */
                around?: string;
            };
            header?: never;
            path: {
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Message"][];
                        nextCursor: string | null;
                        /** @description Pass it as `after` for newer messages; null at the end. */
                        newerCursor: string | null;
                    };
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2MessagesByMessageId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                messageId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2MessagesByMessageIdContext: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                messageId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContextRecord"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2Events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["FeedEvent"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2ConversationsByConversationIdTurns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                conversationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartTurn"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                    "text/event-stream": components["schemas"]["TurnEvent"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedTurn"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2MessagesByMessageIdRegenerate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                messageId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RepeatTurn"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                    "text/event-stream": components["schemas"]["TurnEvent"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedTurn"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2MessagesByMessageIdContinue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                messageId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RepeatTurn"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                    "text/event-stream": components["schemas"]["TurnEvent"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedTurn"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2TurnsByTurnId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                turnId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2TurnsByTurnIdEvents: {
        parameters: {
            query?: {
                /** @description As `Last-Event-ID`: only events after this number. */
                after?: number;
            };
            header?: never;
            path: {
                turnId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["TurnEvent"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2TurnsByTurnIdStop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                turnId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Turn"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2Search: {
        parameters: {
            query: {
                /** @description What to look for: words, or an exact identifier. */
                q: string;
                in?: "messages";
                limit?: number;
                /** @description The `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchPage"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2Models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2ModelsBuiltinStart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2ModelsBuiltinCancel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            default: components["responses"]["Problem"];
        };
    };
    getApiV2AuthStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthStatus"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getApiV2Account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotAllowed"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2AuthLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    postApiV2AuthLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    postApiV2AuthSetup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Setup"];
            };
        };
        responses: {
            /** @description Done, nothing to say */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            422: components["responses"]["InvalidRequest"];
            default: components["responses"]["Problem"];
        };
    };
    getV1Models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        object: "list";
                        data: components["schemas"]["OpenAiModel"][];
                    };
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getV1ModelsByModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiModel"];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postV1ChatCompletions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenAiChatCompletionRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAiChatCompletion"];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postCompatAstraChat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AstraChat"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AstraReply"];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getCompatAstraHistory: {
        parameters: {
            query?: {
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AstraLogEntry"][];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getCompatAstraData: {
        parameters: {
            query: {
                start: string;
                end: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AstraLogEntry"][];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postChat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AstraChat"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AstraReply"];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getHistory: {
        parameters: {
            query?: {
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AstraLogEntry"][];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getData: {
        parameters: {
            query: {
                start: string;
                end: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AstraLogEntry"][];
                };
            };
            /** @description A failure, in the words of this dialect */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getCompatAstraHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getApiV2Health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getLivez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status: string;
                        timestamp: string;
                        uptime_seconds?: number;
                        instance: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getReadyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status: string;
                        timestamp: string;
                        uptime_seconds?: number;
                    };
                };
            };
            /** @description Answered */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status: string;
                        timestamp: string;
                        uptime_seconds?: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
