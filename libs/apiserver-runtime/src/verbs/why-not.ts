/** whyNot is what a reader says of something that it cannot read; empty if it can. */
export function whyNot(read: () => unknown): string {
  try {
    read();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
