// The icon set: 24 x 24 line drawings of our own, 1.75 px strokes in the text's colour.
// Icons are decoration: the control around one carries the name.

/** A circle as path data. */
const o = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
/** A rounded rectangle as path data. */
const box = (x: number, y: number, w: number, h: number, r: number): string =>
  `M${x + r} ${y}h${w - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${h - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}h${-(w - 2 * r)}` +
  `a${r} ${r} 0 0 1 ${-r} ${-r}v${-(h - 2 * r)}a${r} ${r} 0 0 1 ${r} ${-r}z`;

const slash = "M4 4l16 16";
const micBody = "M9 6.5a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0z";
const micStand = "M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M9 21h6";
const cameraBody = `${box(3, 6.5, 12.5, 11, 2.5)}M15.5 10.8l5-2.8v8l-5-2.8`;
const bubble = "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z";
const person = `${o(9.5, 8, 3.5)}M3 20c.4-3.8 3-5.8 6.5-5.8s6.1 2 6.5 5.8`;
const shield = "M12 3l7.5 2.8v5.4c0 4.6-3 8-7.5 9.8-4.5-1.8-7.5-5.2-7.5-9.8V5.8z";
const horn = "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z";
const lockBody = box(5, 11, 14, 9.5, 2.5);
const circle = o(12, 12, 9);

const stroke = {
  mic: `${micBody}${micStand}`,
  "mic-off": `M15 9V6.5a3 3 0 0 0-5.8-1.1M9 9v2.5a3 3 0 0 0 4.6 2.5M5.5 11.5a6.5 6.5 0 0 0 10.3 5.3M18.2 13.4c.2-.6.3-1.2.3-1.9M12 18v3M9 21h6${slash}`,
  "mic-held": `${micBody}M5.5 11.5a6.5 6.5 0 0 0 6 6.4V21M8.5 21h4${box(15, 16.5, 6, 5, 1)}M16.5 16.5V15a1.5 1.5 0 0 1 3 0v1.5`,
  camera: cameraBody,
  "camera-off": `M9.5 6.5H13a2.5 2.5 0 0 1 2.5 2.5v1.8l5-2.8v8l-3-1.7M15.3 15.8A2.5 2.5 0 0 1 13 17.5H5.5A2.5 2.5 0 0 1 3 15V9c0-1 .6-1.9 1.5-2.3${slash}`,
  "camera-flip": `${box(3, 6.5, 18, 13, 2.5)}M8.5 6.5L10 4h4l1.5 2.5M9 12.5a3.2 3.2 0 0 1 5.8-1.2M15 9.5v2h-2M15 13.8a3.2 3.2 0 0 1-5.8 1M9 16.3v-2h2`,
  screen: `${box(3, 4.5, 18, 12, 2)}M8.5 20.5h7M12 16.5v4M12 13.5v-5.5M9.5 10.3L12 7.8l2.5 2.5`,
  "screen-stop": `${box(3, 4.5, 18, 12, 2)}M8.5 20.5h7M12 16.5v4M9.8 8.3l4.4 4.4M14.2 8.3l-4.4 4.4`,
  hand: "M8 12.5V6.2a1.4 1.4 0 0 1 2.8 0V11M10.8 11V4.6a1.4 1.4 0 0 1 2.8 0V11M13.6 11V5.8a1.4 1.4 0 0 1 2.8 0V12M16.4 12V8.6a1.4 1.4 0 0 1 2.8 0v6.2c0 3.8-2.5 6.4-6.1 6.4-2.8 0-4.5-1.1-5.9-3.5l-2.6-4.5c-.9-1.6 1.2-2.9 2.3-1.5L8 13",
  smile: `${circle}M8.5 14c.8 1.4 2 2.1 3.5 2.1s2.7-.7 3.5-2.1M9 9.5v.5M15 9.5v.5`,
  chat: bubble,
  people: `${person}M15.5 4.9a3.5 3.5 0 0 1 0 6.2M17.7 14.8c2 .8 3.1 2.6 3.3 5.2`,
  user: `${o(12, 8, 4)}M4.5 20.5c.5-4.2 3.4-6.3 7.5-6.3s7 2.1 7.5 6.3`,
  "user-plus": `${person}M18.5 8v6M15.5 11h6`,
  headphones: `M4 16v-3a8 8 0 0 1 16 0v3${box(3.5, 14, 4, 6.5, 1.8)}${box(16.5, 14, 4, 6.5, 1.8)}`,
  leave: "M3.6 14.9c-.9-1.2-.7-2.9.5-3.8 4.7-3.5 11.1-3.5 15.8 0 1.2.9 1.4 2.6.5 3.800l-.6.8c-.5.6-1.4.8-2.1.5l-2.5-1.200c-.7-.3-1.1-1-1-1.800l.1-1.100c-1.5-.4-3.1-.4-4.6 0l.1 1.100c.1.8-.3 1.5-1 1.800l-2.5 1.200c-.7.3-1.6.1-2.1-.5z",
  grid: `${box(3.5, 4.5, 7.5, 6.5, 1.5)}${box(13, 4.5, 7.5, 6.5, 1.5)}${box(3.5, 13, 7.5, 6.5, 1.5)}${box(13, 13, 7.5, 6.5, 1.5)}`,
  "speaker-view": `${box(3.5, 4.5, 17, 10, 2)}M4 19h3.500M10.3 19h3.500M16.5 19H20`,
  pin: "M9 3.500h6l-.8 6 3.3 3.500v1.500h-11V13l3.3-3.500zM12 14.500V21",
  unpin: `M10 3.500h5l-.8 6 3.3 3.500v1.500h-3M6.5 14.500V13l3-3.200M6.5 14.500H14M12 14.500V21${slash}`,
  spotlight: `${o(12, 12, 4)}M12 2.500v2.500M12 19v2.500M2.5 12H5M19 12h2.500M5.3 5.300L7 7M17 17l1.7 1.700M18.7 5.300L17 7M7 17l-1.7 1.7`,
  fullscreen: "M4 9V5.500A1.5 1.5 0 0 1 5.5 4H9M15 4h3.500A1.5 1.5 0 0 1 20 5.500V9M20 15v3.500a1.5 1.5 0 0 1-1.5 1.500H15M9 20H5.500A1.5 1.5 0 0 1 4 18.500V15",
  "fullscreen-exit": "M9 4v3.500A1.5 1.5 0 0 1 7.5 9H4M20 9h-3.500A1.5 1.5 0 0 1 15 7.500V4M15 20v-3.500a1.5 1.5 0 0 1 1.5-1.500H20M4 15h3.500A1.5 1.5 0 0 1 9 16.500V20",
  pip: `${box(3, 5, 18, 14, 2)}${box(12, 11.5, 6.5, 5, 1)}`,
  settings: `M4 7h8.500M17.5 7H20M4 17h2.500M11.5 17H20${o(15, 7, 2.5)}${o(9, 17, 2.5)}`,
  lock: `${lockBody}M8 11V8a4 4 0 0 1 8 0v3M12 14.800v2`,
  unlock: `${lockBody}M8 11V7.500a4 4 0 0 1 7.6-1.700M12 14.800v2`,
  globe: `${circle}M3 12h18M12 3c2.500 2.500 3.700 5.500 3.700 9s-1.200 6.500-3.700 9c-2.500-2.500-3.700-5.500-3.700-9S9.500 5.500 12 3z`,
  search: `${o(10.5, 10.5, 6.5)}M15.5 15.500L21 21`,
  send: "M4 12L20 4l-5 16-3.5-6.500zM11.5 13.500L20 4",
  trash: "M4 6.500h16M9.5 6V4.500A1 1 0 0 1 10.5 3.500h3a1 1 0 0 1 1 1V6M6 6.500l.9 12.100a2 2 0 0 0 2 1.900h6.200a2 2 0 0 0 2-1.900L18 6.500M10 10.500v6M14 10.500v6",
  close: "M6 6l12 12M18 6L6 18",
  check: "M4.5 12.500l5 5 10-11",
  menu: "M4 7h16M4 12h16M4 17h16",
  home: "M4 11.500L12 4.500l8 7M6.5 10v9.500h11V10M10 19.500v-5h4v5",
  building: `${box(5, 3.5, 14, 17, 1.5)}M9 8h1.500M13.500 8H15M9 12h1.500M13.500 12H15M10.500 20.500v-4h3v4`,
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  edit: "M4 20l1-4.500L16.3 4.200a1.5 1.5 0 0 1 2.1 0l1.4 1.400a1.5 1.5 0 0 1 0 2.100L8.5 19zM14 6.500l3.5 3.5",
  "chevron-down": "M6 9.500l6 6 6-6",
  "chevron-up": "M6 14.500l6-6 6 6",
  "chevron-left": "M14.5 6l-6 6 6 6",
  "chevron-right": "M9.5 6l6 6-6 6",
  "arrow-left": "M20 12H4M10.5 5.500L4 12l6.5 6.5",
  "arrow-right": "M4 12h16M13.5 5.500L20 12l-6.5 6.5",
  copy: `${box(8.5, 8.5, 12, 12, 2)}M15.5 8.500V5.500a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3`,
  download: "M12 4v11M7 10.500l5 5 5-5M4.5 20h15",
  link: "M10 13.500a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.700l-1.3 1.300M14 10.500a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.700l1.3-1.3",
  external: "M14 4h6v6M20 4l-9 9M17.5 13.500V18a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8.500a2 2 0 0 1 2-2h4.5",
  calendar: `${box(3.5, 5, 17, 15.5, 2)}M3.5 10h17M8 3v4M16 3v4`,
  clock: `${circle}M12 7v5.300l3.5 2`,
  history: "M3.5 12a8.5 8.5 0 1 0 2.8-6.300M3.5 4v4.500H8M12 7.500v5l3.3 1.9",
  info: `${circle}M12 11v5.500M12 7.500v.6`,
  help: `${circle}M9.5 9.500a2.6 2.6 0 0 1 5-.1c0 1.8-2.5 2-2.5 4M12 16.300v.6`,
  accessibility: `${circle}${o(12, 7.4, 0.9)}M7.5 10.300c3 .9 6 .9 9 0M12 11v3.200l-2.3 4M12 14.200l2.3 4`,
  warning: "M12 4L2.8 19.500h18.400zM12 10v4.500M12 16.800v.5",
  error: "M8.2 3h7.600L21 8.200v7.600L15.8 21H8.200L3 15.800V8.200zM12 7.500v5.500M12 16v.6",
  remove: `${person}M16 9l4.5 4.5M20.5 9L16 13.5`,
  ban: `${circle}M5.7 5.700l12.6 12.6`,
  shield: shield,
  "shield-check": `${shield}M8.5 12l2.5 2.5 4.5-5`,
  crown: "M4 18.500h16M4.5 15.500L3.5 7l4.7 3.800L12 5l3.8 5.800L20.5 7l-1 8.500z",
  presenter: `M3 4.500h18M4.5 4.500v9.500a1.5 1.5 0 0 0 1.5 1.500h12a1.5 1.5 0 0 0 1.5-1.500V4.500M12 15.500V18M8.5 21l3.5-3 3.5 3M8.5 12l2.5-2.5 2 1.5 2.8-3`,
  phone: "M6.3 3.500h2.400l1.8 4.5-2.2 1.600c1 2.6 3.2 4.9 6 6l1.7-2.2 4.5 1.900v2.400c0 1.5-1.2 2.8-2.8 2.800C10.5 20 4 13.5 3.5 6.300c0-1.6 1.3-2.8 2.8-2.800z",
  volume: `${horn}M15.5 9a4.2 4.2 0 0 1 0 6M18 6.300a8 8 0 0 1 0 11.4`,
  "volume-low": `${horn}M15.5 9a4.2 4.2 0 0 1 0 6`,
  "volume-off": `${horn}M16 9.500l5 5M21 9.500l-5 5`,
  speed: "M5.6 18.500a9 9 0 1 1 12.8 0M12 13.500l4-4.5",
  key: `${o(8, 15.5, 4.5)}M11.3 12.300L20 3.500M16 7.500l3 3`,
  hash: "M9.5 4L7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  eye: `M2.5 12c2.2-4.3 5.4-6.5 9.5-6.500s7.3 2.2 9.5 6.500c-2.2 4.3-5.4 6.5-9.5 6.500S4.7 16.3 2.5 12z${o(12, 12, 3)}`,
  "eye-off": `M10 5.700c.7-.1 1.3-.2 2-.2 4.1 0 7.3 2.2 9.5 6.5-.7 1.4-1.5 2.6-2.5 3.500M6 7.300C4.6 8.4 3.4 10 2.5 12c2.2 4.3 5.4 6.5 9.5 6.5 1.7 0 3.2-.4 4.6-1.100M10 10a3 3 0 0 0 4.1 4.2${slash}`,
  keyboard: `${box(2.5, 6, 19, 12, 2)}M6 9.800h.5M9.8 9.800h.5M13.7 9.800h.5M17.5 9.800h.5M7.5 14.200h9`,
  refresh: "M20 11a8 8 0 0 0-14.5-3.500L4 9M4 4.500V9h4.500M4 13a8 8 0 0 0 14.5 3.500L20 15M20 19.500V15h-4.5",
  door: "M14 3.500H7A1.5 1.5 0 0 0 5.5 5v15.500M14 3.500l4.5 2V20.5M14 3.500v17M3 20.5h18M11 12v.6",
  "sign-out": "M10 4H6.500A2.5 2.5 0 0 0 4 6.500v11A2.5 2.5 0 0 0 6.5 20H10M9.5 12H20M15.5 7.500L20 12l-4.5 4.5",
  archive: `${box(3, 4, 18, 5, 1.5)}M4.5 9v9.500A1.5 1.5 0 0 0 6 20h12a1.5 1.5 0 0 0 1.5-1.500V9M10 13h4`,
  film: `${box(3, 5, 18, 14, 2)}M7.5 5v14M16.5 5v14M3 9.700h4.500M3 14.300h4.500M16.5 9.700H21M16.5 14.300H21`,
  more: "",
  "more-horizontal": "",
  record: `${circle}`,
  play: "", pause: "", stop: "", back: "", forward: "", "moderator-square": "",
  wifi: "M2.5 9.500a14 14 0 0 1 19 0M6 13.200a9 9 0 0 1 12 0M9.3 16.600a4.2 4.2 0 0 1 5.4 0M12 20v.2",
  "wifi-off": `M2.5 9.500c1.3-1.2 2.8-2.2 4.4-2.800M11 6a14 14 0 0 1 10.5 3.500M6 13.200a9 9 0 0 1 4.5-2.200M15 11.500c1.1.4 2.1 1 3 1.700M9.3 16.600a4.2 4.2 0 0 1 5.4 0M12 20v.2${slash}`,
} as const satisfies Record<string, string>;

const dots = (a: [number, number][]): string => a.map(([x, y]) => o(x, y, 1.6)).join("");

/** Shapes that are filled with the text's colour. */
const filled: Partial<Record<IconName, string>> = {
  more: dots([[12, 5], [12, 12], [12, 19]]),
  "more-horizontal": dots([[5, 12], [12, 12], [19, 12]]),
  record: o(12, 12, 4.5),
  play: "M7.5 4.800v14.400a.8.8 0 0 0 1.2.7l11.5-7.200a.8.8 0 0 0 0-1.400L8.7 4.100a.8.8 0 0 0-1.2.7z",
  pause: `${box(6, 4.5, 4, 15, 1)}${box(14, 4.5, 4, 15, 1)}`,
  stop: box(5.5, 5.5, 13, 13, 2),
  "moderator-square": box(4, 4, 16, 16, 3),
  leave: stroke.leave,
};
const outlinedAlso: Partial<Record<IconName, string>> = {
  back: "M4 5v4.500h4.500M4.3 9.500a8.5 8.5 0 1 1-.6 5",
  forward: "M20 5v4.500h-4.500M19.7 9.500a8.5 8.5 0 1 0 .6 5",
};

export type IconName = keyof typeof stroke;
export const iconNames = Object.keys(stroke) as IconName[];

export function Icon({ name, size = 20, class: cls }: { name: IconName; size?: number; class?: string | undefined }) {
  const fill = filled[name];
  return (
    <svg class={cls ? `ui-icon ${cls}` : "ui-icon"} width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
      stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={stroke[name] + (outlinedAlso[name] ?? "")} />
      {fill && <path d={fill} fill="currentColor" stroke="none" />}
    </svg>
  );
}

/** The mark: an assembly's half circle of seats, the speaker's place below. */
export function Mark({ size = 32 }: { size?: number }) {
  const seats: [number, number][] = [];
  for (const [radius, count] of [[12.5, 7], [7.2, 4]] as const) {
    for (let i = 0; i < count; i++) {
      const angle = Math.PI * (i / (count - 1));
      seats.push([16 - radius * Math.cos(angle), 20 - radius * Math.sin(angle)]);
    }
  }
  return (
    <svg class="ui-icon" width={size} height={size} viewBox="0 0 32 32" fill="currentColor" aria-hidden="true" focusable="false">
      {seats.map(([x, y]) => <circle cx={x.toFixed(2)} cy={y.toFixed(2)} r="2.1" />)}
      <rect x="12.2" y="22.8" width="7.6" height="4.2" rx="2.1" />
    </svg>
  );
}
