/**
 * Several files as one: a shapefile is several files of one name, and the node
 * takes one. They are stored in an archive as they are; nothing is packed.
 */

const PARTS = ["shp", "shx", "dbf", "prj", "cpg"];
/** What programs lay beside a shapefile, and nobody needs to read it. */
const BESIDE = [
  "sbn",
  "sbx",
  "qix",
  "qpj",
  "qmd",
  "fbn",
  "fbx",
  "ain",
  "aih",
  "atx",
  "ixs",
  "mxs",
  "xml",
];
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1 January 1980, the first day that an archive knows: the time says nothing here. */
const NO_DAY = 0x0021;

const TABLE = Uint32Array.from({ length: 256 }, (_, at) => {
  let value = at;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

export function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  return (sum ^ 0xffffffff) >>> 0;
}

function parted(name: string): [stem: string, ending: string] {
  const at = name.lastIndexOf(".");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1).toLowerCase()];
}

/** The parts of the one shapefile that some files are, under one name; null where they are none. */
export function shapefileOf(files: readonly File[]): { name: string; parts: File[] } | null {
  const parts = files.filter(({ name }) => PARTS.includes(parted(name)[1]));
  const others = files.filter((file) => !parts.includes(file));
  const stems = new Set(parts.map(({ name }) => parted(name)[0]));
  const [stem] = stems;
  if (stem === undefined || stems.size !== 1) return null;
  const known = others.every(({ name }) => BESIDE.includes(parted(name)[1]));
  return known ? { name: stem, parts } : null;
}

function header(signature: number, fields: readonly (readonly [bytes: 2 | 4, value: number])[]) {
  const view = new DataView(new ArrayBuffer(4 + fields.reduce((sum, [wide]) => sum + wide, 0)));
  view.setUint32(0, signature, true);
  let at = 4;
  for (const [wide, value] of fields) {
    if (wide === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += wide;
  }
  return view.buffer;
}

/** An archive of files that were chosen together. */
export async function zipped(name: string, files: readonly File[]): Promise<File> {
  const local: BlobPart[] = [];
  const central: BlobPart[] = [];
  let at = 0;
  let listed = 0;
  for (const file of files) {
    const called = new TextEncoder().encode(file.name);
    const sum = crc32(new Uint8Array(await file.arrayBuffer()));
    const said = [
      [2, 20],
      [2, FLAGS],
      [2, 0],
      [2, 0],
      [2, NO_DAY],
      [4, sum],
      [4, file.size],
      [4, file.size],
      [2, called.length],
      [2, 0],
    ] as const;
    const head = header(LOCAL, said);
    const entry = header(CENTRAL, [[2, 20], ...said, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]);
    local.push(head, called, file);
    central.push(entry, called);
    at += head.byteLength + called.length + file.size;
    listed += entry.byteLength + called.length;
  }
  const count = files.length;
  const end = header(END, [
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, listed],
    [4, at],
    [2, 0],
  ]);
  return new File([...local, ...central, end], name, { type: "application/zip" });
}
