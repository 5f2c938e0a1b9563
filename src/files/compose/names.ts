const COMPOSE_NAME = /(^|\/)(docker-)?compose([._-][^/]*)?\.ya?ml$/i;
/** `local.yml`, `docker/production.yaml`, `docker-stack.yml`: names for compose files and for other things. */
const OTHER_NAME =
  /^((docker|compose|deploy|deployment|stacks?|swarm)\/)?(docker[._-])?(base|common|local|dev|development|staging|stage|test|testing|prod|production|stack|swarm)([._-][^/]*)?\.ya?ml$/i;

/** True for compose files by name, and for paths whose content decides (`isSureComposePath`). */
export function isComposePath(path: string): boolean {
  return isSureComposePath(path) || OTHER_NAME.test(path);
}

/** True where the name alone tells. */
export function isSureComposePath(path: string): boolean {
  return COMPOSE_NAME.test(path);
}

/** A path's folder, '' for the project itself. */
export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
