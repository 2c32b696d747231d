/// <reference types="svelte" />
/// <reference types="vite/client" />

/** True in the build that puts everything into one file. */
declare const __SINGLE_FILE__: boolean;
