/** The documents are larger than what there is room for now. */
export class RoomError extends Error {
  override readonly name = 'RoomError';
  readonly bytes: number;

  constructor(bytes: number) {
    super(`there is no room for ${String(bytes)} bytes of values now`);
    this.bytes = bytes;
  }
}
