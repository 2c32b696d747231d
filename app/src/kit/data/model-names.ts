export { shortModelNames } from '#src/study/names/short-model-names.ts';
