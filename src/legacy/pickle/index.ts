export { PickleError, type PickleErrorCode } from './cursor.js';
export { pythonLiteral } from './literal.js';
export type { PickleLimits } from './machine.js';
export { DEFAULT_LIMITS, readPickle } from './read.js';
export { reprCall, reprPickle } from './repr.js';
export * from './values.js';
export { pickleCall, writePickle } from './write.js';
