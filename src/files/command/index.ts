export { analyseCommand } from './analyse.js';
export { type ImageCommand, readDockerfile } from './dockerfile.js';
export type { Place } from './expand.js';
export { joinPath, type SearchPlaces } from './find.js';
export { folderOf, type Ground, inProject, NOWHERE, pathThere } from './ground.js';
export { imageContext, imageGround } from './image-ground.js';
export { processFact } from './process-fact.js';
export { type Program, procfilePrograms, programGround, supervisorPrograms } from './programs.js';
export {
  type Command,
  type CommandAnalysis,
  type CommandPiece,
  editedElsewhere,
  type FlagObstacle,
  type WorkerStart,
} from './types.js';
