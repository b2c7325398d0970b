// The files that the page may open: those that a person named, by dialog, drop, menu or command line, and those that
// come with the program. A page that was taken over reads no other.

/** Paths remembered; the oldest go first. */
export const GRANTED_PATHS_MAX = 4096;

export class GrantedPaths {
  private readonly paths = new Set<string>();

  grant(path: string): void {
    this.paths.delete(path);
    this.paths.add(path);
    const [oldest] = this.paths;
    if (this.paths.size > GRANTED_PATHS_MAX && oldest !== undefined) this.paths.delete(oldest);
  }

  has(path: string): boolean {
    return this.paths.has(path);
  }
}
