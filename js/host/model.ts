// The part of the anywidget model that the widgets use; AnyModel of @anywidget/types fits it.
export interface Model {
  get(key: string): unknown;
  set?(key: string, value: unknown): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event?: string | null, callback?: ((...args: never[]) => void) | null): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[] | ArrayBufferView[]): void;
}
