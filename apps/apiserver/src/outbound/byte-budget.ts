/** ByteBudget bounds how many bytes several may hold together. */
export class ByteBudget {
  private held = 0;

  constructor(private readonly limit: number) {}

  /** take answers false if so many more would be too many; then nothing is taken. */
  take(bytes: number): boolean {
    if (this.held + bytes > this.limit) return false;
    this.held += bytes;
    return true;
  }

  /** give back what was taken. */
  give(bytes: number): void {
    this.held -= bytes;
  }
}
