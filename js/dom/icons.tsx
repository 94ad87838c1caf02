// Line icons, drawn on a grid of 16.
const PATHS = {
  inspect: "M8 1.5v4M8 10.5v4M1.5 8h4M10.5 8h4",
  brush: "M13.5 2.5 7 9M7 9c-2-.6-3.6.5-3.8 2.2-.1 1-.6 1.7-1.7 2 2.3 1 6 .5 6.4-1.9.1-.9-.2-1.7-.9-2.3Z",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  curtain: "M8 1.5v13M5.5 5.5 3 8l2.5 2.5M10.5 5.5 13 8l-2.5 2.5",
  undo: "M5.5 3 2.5 6l3 3M2.5 6H9a4 4 0 0 1 0 8H6.5",
  redo: "M10.5 3l3 3-3 3M13.5 6H7a4 4 0 0 0 0 8h2.5",
  close: "M4 4l8 8M12 4l-8 8",
  compare: "M2.5 5.5h9M9 3l2.5 2.5L9 8M13.5 10.5h-9M7 8l-2.5 2.5L7 13",
  more: "M3.5 8v.1M8 8v.1M12.5 8v.1",
  locked: "M4 7h8v6.5H4ZM5.5 7V5a2.5 2.5 0 0 1 5 0v2M8 9.7v1.3",
  open: "M4 7h8v6.5H4ZM5.5 7V5a2.5 2.5 0 0 1 4.9-.7M8 9.7v1.3",
  chevron: "M4.5 6.5 8 10l3.5-3.5",
  ok: "M3 8.5 6.5 12 13 4.5",
  note: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 7.2v3.9M8 4.8V5",
  error: "M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  warning: "M8 2 1.5 13.5h13L8 2ZM8 6.5v3.2M8 11.6v.2",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="xai-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
